"""A Plan becomes an environment, as a transaction.

``transaction.install(Job(plan, venv, base_python), prove, progress)`` installs and answers with an
``Outcome``; ``transaction.steps(job)`` tells beforehand what it runs. ``recovery.recover(venv)``
repairs what a killed install left, ``recovery.undo(venv)`` goes back to the state before.
"""
