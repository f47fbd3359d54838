"""How fast a model runs here: measured through the runtime, with what could have spoiled it."""
