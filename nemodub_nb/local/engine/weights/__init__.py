"""Models: what there is, what is here, and how to bring the rest."""

from nemodub_nb.local.engine.weights.bring import bring, names_in
from nemodub_nb.local.engine.weights.catalogue import entries, entry
from nemodub_nb.local.engine.weights.firefox import files_in as firefox_files
from nemodub_nb.local.engine.weights.firefox import name_of as firefox_name
from nemodub_nb.local.engine.weights.firefox import pair_of as firefox_pair
from nemodub_nb.local.engine.weights.firefox import route_of as firefox_route
from nemodub_nb.local.engine.weights.here import ensure, find
from nemodub_nb.local.engine.weights.listing import ModelRow, get_model, list_models, model_path
from nemodub_nb.local.engine.weights.sources import Entry

__all__ = [
    "Entry",
    "ModelRow",
    "bring",
    "ensure",
    "entries",
    "entry",
    "find",
    "firefox_files",
    "firefox_name",
    "firefox_pair",
    "firefox_route",
    "get_model",
    "list_models",
    "model_path",
    "names_in",
]
