"""/ask/"""

from django.urls import path

from studio.chat import views

app_name = "chat"
urlpatterns = [
    path("", views.conversation_list, name="conversation_list"),
    path("<uuid:pk>/", views.conversation_detail, name="conversation_detail"),
    path("<uuid:pk>/file/", views.conversation_file, name="conversation_file"),
    path("<uuid:pk>/rename/", views.conversation_rename, name="conversation_rename"),
    path("<uuid:pk>/delete/", views.conversation_delete, name="conversation_delete"),
    path("<uuid:pk>/restore/", views.conversation_restore, name="conversation_restore"),
    path("<uuid:pk>/messages/", views.message_create, name="message_create"),
    path("<uuid:pk>/messages/<uuid:message_pk>/text/", views.message_text, name="message_text"),
    path("<uuid:pk>/messages/<uuid:message_pk>/edit/", views.message_edit, name="message_edit"),
    path("<uuid:pk>/messages/<uuid:message_pk>/regenerate/", views.message_regenerate, name="message_regenerate"),
    path("<uuid:pk>/messages/<uuid:message_pk>/stop/", views.message_stop, name="message_stop"),
]
