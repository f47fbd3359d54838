"""What is attacked, and by which tests: one entry for each kind of harm that was once possible."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_TESTS = Path(__file__).parents[1]

ATTACKS = {
    "data is lost through a link in place of the state folder": (
        "faults/test_planted.py::test_a_link_is_not_followed",
        "faults/test_planted.py::test_links_inside_the_folder_are_removed_themselves",
        "faults/test_planted.py::test_a_folder_of_another_user_is_refused",
    ),
    "a planted journal moves, removes or runs something": (
        "faults/test_planted.py::test_a_planted_journal_moves_and_removes_nothing",
        "faults/test_planted.py::test_looking_changes_nothing_and_names_the_way_out",
        "faults/test_planted.py::test_a_program_that_came_with_a_folder_is_not_run",
    ),
    "undo and repair lose what was added or changed since": (
        "faults/test_kept_aside.py::test_undo_keeps_what_was_changed_since",
        "faults/test_kept_aside.py::test_an_edit_after_the_install_does_not_reach_the_copy",
        "faults/test_kept_aside.py::test_repair_keeps_what_was_changed_since_and_nothing_of_pip",
    ),
    "a secret leaves the machine": (
        "unit/install/test_fetching.py::test_a_password_goes_to_no_other_server",
        "unit/test_canaries.py::test_in_a_log_in_a_bundle",
        "unit/test_canaries.py::test_in_a_file_in_a_capture",
        "unit/test_canaries.py::test_in_a_text_however_it_is_embedded",
    ),
    "an output replaces a device, follows a link, or is cut off": (
        "unit/test_safe_files.py::test_a_device_stays_a_device",
        "unit/test_safe_files.py::test_a_planted_partial_file_is_not_followed",
        "unit/test_safe_files.py::test_on_a_full_disk_the_old_file_stays",
        "unit/test_safe_files.py::test_every_command_writes_so",
    ),
    "an environment is stuck for good": (
        "unit/install/test_situation.py",
        "faults/test_planted.py::test_a_pipe_does_not_hang",
        "faults/test_planted.py::test_pipes_in_an_environment_do_not_hang",
    ),
    "sudo leaves a user's environment to root": (
        "faults/test_odd_environments.py::test_root_leaves_everything_to_the_owner",
        "faults/test_odd_environments.py::test_root_asks_before_it_works_for_somebody_else",
    ),
    "an environment that pidoctor did not make, or variables, change what is installed": (
        "faults/test_odd_environments.py::test_names_that_are_refused",
        "faults/test_odd_environments.py::test_links_into_a_cache_are_not_made",
        "faults/test_odd_environments.py::"
        "test_what_pidoctor_has_beside_its_pip_does_not_count_as_installed",
        "faults/test_odd_environments.py::"
        "test_variables_change_neither_the_place_nor_what_is_installed",
        "faults/test_network.py::test_variables_change_nothing_that_is_downloaded",
    ),
    "a server sends without end, or never answers": (
        "unit/indexing/test_patience.py::test_a_range_or_a_wheel_without_end",
        "unit/indexing/test_patience.py::test_one_budget_holds_for_all_that_is_asked",
        "unit/install/test_fetching.py::test_nothing_is_left_of_what_is_wrong",
        "unit/install/test_fetching.py::test_a_server_that_never_comes_to_the_end",
        "faults/test_network.py::test_a_download_that_stands_still_is_not_waited_for",
    ),
    "the index changes what was published": (
        "unit/indexing/test_strict_reading.py::test_a_published_file_never_changes_its_hash",
        "unit/indexing/test_strict_reading.py::test_no_field_of_an_index_carries_a_line",
        "unit/indexing/test_strict_reading.py::"
        "test_a_file_that_was_changed_after_the_update_is_refused",
    ),
    "a device is given as input": (
        "unit/test_safe_files.py::test_no_command_reads_what_never_ends",
        "unit/test_safe_files.py::test_only_regular_files_are_read",
    ),
    "a tool is killed for want of memory": (
        "faults/test_machine.py::test_a_tool_that_was_killed_ran_out_of_memory",
        "faults/test_network.py::test_no_pip_is_started_where_none_is_needed",
    ),
    "what somebody prepared is called a bug in pidoctor": (
        "faults/test_hostile.py::test_hostile_runs",
        "cli/test_hostile_start.py::test_modules_on_pythonpath_do_not_run",
        "cli/test_hostile_start.py::test_a_current_folder_that_is_gone",
    ),
    "the power goes": (
        "faults/test_power_cut.py::test_power_goes_at_every_step",
        "faults/test_power_cut_on_disk.py::test_power_goes_after_every_write",
        "faults/test_kill.py::test_killed_at_every_step",
    ),
}


@pytest.mark.parametrize("harm", ATTACKS)
def test_the_tests_that_are_named_are_there(harm: str) -> None:
    for name in ATTACKS[harm]:
        file, _, function = name.partition("::")
        text = (_TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {function or 'test_'}", text, re.M), name
