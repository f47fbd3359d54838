"use strict";
{
const words = document.getElementById("words");
const shown = document.getElementById("shown");

function column(table, index, visible) {
  for (const row of table.rows) {
    if (row.cells[index]) row.cells[index].hidden = !visible;
  }
}

// A name as it is compared with other spellings of it: "raspios-12" is "raspios12".
const bare = (word) => word.replace(/\+/g, "plus").replace(/[^a-z0-9]/g, "");

// Words that name a system choose columns; the others choose boards. All of them have to fit.
function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const status = document.querySelector("input[name=status]:checked").value;
  let boards = 0, cells = 0;
  for (const table of document.querySelectorAll("table.matrix")) {
    const heads = [...table.tHead.rows[0].cells].slice(1);
    const names = heads.map((head) => head.dataset.name.toLowerCase().split(" "));
    const fits = (name, word) => name.some((part) => part.startsWith(word));
    const others = heads.map((head) => (head.dataset.also || "").split(" "));
    const isCalled = (index, word) => fits(names[index], word) || others[index].includes(bare(word));
    const ofSystems = wanted.filter((word) => names.some((name, index) => isCalled(index, word)));
    const ofBoards = wanted.filter((word) => !ofSystems.includes(word));
    const rows = [...table.tBodies[0].rows];
    const named = rows.filter((row) => {
      const board = row.cells[0].textContent.toLowerCase();
      const also = (row.dataset.also || "").split(" ");
      return ofBoards.every((word) => board.includes(word) || also.includes(bare(word)));
    });
    // A system that none of these boards runs takes no room.
    const open = names.map((name, index) => ofSystems.every((word) => isCalled(index, word)) &&
      named.some((row) => row.cells[index + 1].dataset.status));
    open.forEach((visible, index) => column(table, index + 1, visible));
    for (const row of rows) {
      const inColumns = [...row.cells].slice(1).filter((cell, index) => open[index]);
      for (const cell of inColumns) {
        cell.classList.toggle("dim", status !== "all" && cell.dataset.status !== status);
      }
      const fitting = inColumns.filter((cell) => cell.dataset.status && !cell.classList.contains("dim"));
      row.hidden = !named.includes(row) || fitting.length === 0;
      if (!row.hidden) {
        boards += 1;
        cells += fitting.length;
      }
    }
  }
  shown.textContent = boards + (boards === 1 ? " board, " : " boards, ") + cells + (cells === 1 ? " answer" : " answers");
}

// What is chosen stands in the address, so that it can be kept and sent.
function remember() {
  const state = new URLSearchParams();
  const status = document.querySelector("input[name=status]:checked").value;
  const open = document.querySelector("td details[open]");
  if (words.value) state.set("filter", words.value);
  if (status !== "all") state.set("show", status);
  if (open) state.set("cell", open.dataset.cell);
  const text = state.toString();
  try {
    history.replaceState(null, "", text ? "#" + text : location.pathname + location.search);
  } catch { /* a page that is shown inside of another has no address of its own */ }
}

function recall() {
  const state = new URLSearchParams(location.hash.slice(1));
  words.value = state.get("filter") || "";
  const choices = [...document.querySelectorAll("input[name=status]")];
  const chosen = choices.find((choice) => choice.value === state.get("show")) || choices[0];
  chosen.checked = true;
  filter();
  for (const answer of document.querySelectorAll("td details")) {
    answer.open = answer.dataset.cell === state.get("cell");
    if (answer.open) answer.scrollIntoView({block: "center", inline: "center"});
  }
}

function close(except) {
  for (const open of document.querySelectorAll("td details[open]")) {
    if (open !== except) open.open = false;
  }
}

document.getElementById("filter").hidden = false;
words.addEventListener("input", () => { filter(); remember(); });
for (const choice of document.querySelectorAll("input[name=status]")) {
  choice.addEventListener("change", () => { filter(); remember(); });
}
document.getElementById("filter").addEventListener("submit", (event) => event.preventDefault());
document.addEventListener("keydown", (event) => {
  const open = document.querySelector("td details[open]");
  if (event.key === "Escape" && open) {
    close(null);
    open.querySelector("summary").focus();
  }
});
document.addEventListener("toggle", (event) => {
  if (event.target.open) close(event.target);
  remember();
}, true);
addEventListener("hashchange", recall);
recall();
}
