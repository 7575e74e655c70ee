"""Addresses of the datasets app."""

from django.urls import path

from datasets import export_urls
from datasets.views import pairs, review

app_name = "datasets"
urlpatterns = [
    # review/: the queue, one pair at a time
    path("review/", review.review_queue, name="review_queue"),
    path("review/counts/", review.review_counts, name="review_counts"),
    path("review/more/", review.review_more, name="review_more"),
    path("review/undo/", review.review_undo, name="review_undo"),
    path("review/heartbeat/", review.review_heartbeat, name="review_heartbeat"),
    # pairs/: all of them
    path("pairs/", pairs.pair_list, name="pair_list"),
    path("pairs/bulk/", pairs.pair_bulk, name="pair_bulk"),
    path("pairs/<uuid:pk>/", pairs.pair_detail, name="pair_detail"),
    path("pairs/<uuid:pk>/decide/", review.pair_decide, name="pair_decide"),
    path("pairs/<uuid:pk>/preview/", review.pair_preview, name="pair_preview"),
    path("pairs/<uuid:pk>/skip/", review.pair_skip, name="pair_skip"),
    path("pairs/<uuid:pk>/undo/", pairs.pair_undo, name="pair_undo"),
    path("pairs/<uuid:pk>/take-over/", pairs.pair_take_over, name="pair_take_over"),
    *export_urls.urlpatterns,
]
