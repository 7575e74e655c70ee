"""Addresses of data sets, exports, keys, the ledger, verification and imports."""

from django.urls import path

from datasets.views import exports, imports, keys, overview, verify

urlpatterns = [
    # datasets/: the collections
    path("datasets/", overview.dataset_list, name="dataset_list"),
    path("datasets/new/", overview.dataset_edit, name="dataset_create"),
    path("datasets/<uuid:pk>/", overview.dataset_detail, name="dataset_detail"),
    path("datasets/<uuid:pk>/edit/", overview.dataset_edit, name="dataset_edit"),
    # exports/: what left
    path("datasets/exports/new/", exports.export_create, name="export_create"),
    path("datasets/exports/preview/", exports.export_preview, name="export_preview"),
    path("datasets/exports/<uuid:pk>/", exports.export_detail, name="export_detail"),
    path("datasets/exports/<uuid:pk>/archive/", exports.export_archive, name="export_archive"),
    path("datasets/exports/<uuid:pk>/files/<path:name>", exports.export_file, name="export_file"),
    path("datasets/exports/<uuid:pk>/request/", exports.export_request, name="export_request"),
    path("datasets/exports/<uuid:pk>/sign/", exports.export_sign, name="export_sign"),
    path("datasets/exports/<uuid:pk>/cancel/", exports.export_cancel, name="export_cancel"),
    path("datasets/exports/<uuid:pk>/retry/", exports.export_retry, name="export_retry"),
    path("datasets/exports/<uuid:pk>/withdraw/", exports.export_withdraw, name="export_withdraw"),
    # keys/ and ledger/: who signs, and what was signed
    path("datasets/keys/", keys.key_list, name="key_list"),
    path("datasets/keys/new/", keys.key_create, name="key_create"),
    path("datasets/keys/outside/", keys.key_add, name="key_add"),
    path("datasets/keys/frames/", keys.frame_secret_create, name="frame_secret_create"),
    path("datasets/keys/keys.json", keys.key_file, name="key_file"),
    path("datasets/keys/<uuid:pk>/public.pem", keys.key_public, name="key_public"),
    path("datasets/keys/<uuid:pk>/revoke/", keys.key_revoke, name="key_revoke"),
    path("datasets/ledger/", keys.ledger_list, name="ledger_list"),
    path("datasets/ledger/ledger.jsonl", keys.ledger_file, name="ledger_file"),
    # verify/ and imports/: files from outside
    path("datasets/verify/", verify.verify_create, name="verify_create"),
    path("datasets/verify/verify.pyz", verify.verify_program, name="verify_program"),
    path("datasets/imports/", imports.import_create, name="import_create"),
    path("datasets/imports/<uuid:pk>/", imports.import_detail, name="import_detail"),
    path("datasets/imports/<uuid:pk>/take/", imports.import_take, name="import_take"),
    path("datasets/imports/<uuid:pk>/drop/", imports.import_drop, name="import_drop"),
]
