"""/vault/: documents and search."""

from django.urls import path

from studio.vault.views import document, listing, search

app_name = "vault"
urlpatterns = [
    # all documents
    path("", listing.document_list, name="document_list"),
    path("documents/upload/", listing.document_upload, name="document_upload"),
    path("documents/forget/", listing.documents_forget, name="documents_forget"),
    path("documents/retry/", listing.documents_retry, name="documents_retry"),
    # one document
    path("documents/<uuid:pk>/", document.document_detail, name="document_detail"),
    path("documents/<uuid:pk>/change/", document.document_change, name="document_change"),
    path("documents/<uuid:pk>/retry/", document.document_retry, name="document_retry"),
    path("documents/<uuid:pk>/file/", document.document_file, name="document_file"),
    # its passages
    path("search/", search.search, name="search"),
]
