"""/team/, /profile/, /welcome/, /sign-in/, /invitations/"""

from django.urls import path

from studio.accounts.views import entrance, log, people, profile, team

app_name = "accounts"
urlpatterns = [
    # the team one works in
    path("team/", team.team_detail, name="team_detail"),
    path("team/create/", team.team_create, name="team_create"),
    path("team/rename/", team.team_rename, name="team_rename"),
    path("team/leave/", team.team_leave, name="team_leave"),
    path("team/switch/", team.team_switch, name="team_switch"),
    path("team/log/", log.log_list, name="log_list"),
    path("team/log.csv", log.log_file, name="log_file"),
    # its people and the ways in
    path("team/members/<int:pk>/role/", people.member_role, name="member_role"),
    path("team/members/<int:pk>/remove/", people.member_remove, name="member_remove"),
    path("team/members/<int:pk>/deactivate/", people.member_deactivate, name="member_deactivate"),
    path("team/members/<int:pk>/reactivate/", people.member_reactivate, name="member_reactivate"),
    path("team/invitations/", people.invitation_create, name="invitation_create"),
    path("team/invitations/<uuid:pk>/revoke/", people.invitation_revoke, name="invitation_revoke"),
    path("team/tokens/", people.token_create, name="token_create"),
    path("team/tokens/<uuid:pk>/revoke/", people.token_revoke, name="token_revoke"),
    # oneself
    path("profile/", profile.profile, name="profile"),
    path("profile/sessions/<uuid:pk>/end/", profile.profile_end_session, name="profile_end_session"),
    path("profile/sessions/end/", profile.profile_end_sessions, name="profile_end_sessions"),
    # ways in
    path("welcome/", entrance.welcome, name="welcome"),
    path("sign-in/<str:secret>/", entrance.sign_in_link, name="sign_in_link"),
    path("invitations/<str:secret>/", entrance.invitation, name="invitation"),
]
