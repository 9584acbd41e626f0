"use strict";
// Shows the images of a cell. page.c describes the data, which is in the page.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const scale = Math.max(1, Math.round(84 / Math.max(data.width, data.height)));

  function element(name, text) {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    return node;
  }

  // Returns an element that shows one image of the sprite.
  function picture(number, label) {
    const node = element("i");
    const x = number % data.columns, y = Math.floor(number / data.columns);
    node.style.width = data.width * scale + "px";
    node.style.height = data.height * scale + "px";
    node.style.backgroundSize = data.columns * data.width * scale + "px auto";
    node.style.backgroundPosition = -x * data.width * scale + "px " + -y * data.height * scale + "px";
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", label);
    return node;
  }

  function describe(shown, count, right) {
    if (shown === 0) return "The report was made without images.";
    if (shown < count) return "The " + shown + (right ? " least certain." : " most confident mistakes.");
    return right ? "Least certain first." : "Most confident mistakes first.";
  }

  function show(button) {
    const [run, split, row, column] = button.id.split("-");
    const panel = document.getElementById("pictures-" + run + "-" + split);
    const entry = data.runs[run.slice(1)];
    const truth = entry.classes[row], prediction = entry.classes[column];
    const found = (entry[split] || []).filter((p) => p[0] === +row && p[1] === +column);
    const count = +button.textContent, right = row === column;
    document.querySelectorAll("#matrix-" + run + "-" + split + " button[aria-pressed=true]").forEach((b) =>
      b.setAttribute("aria-pressed", "false"));
    button.setAttribute("aria-pressed", "true");
    panel.classList.remove("empty");
    panel.replaceChildren(
      element("h4", count + " " + truth + (right ? ", predicted correctly" : ", predicted as " + prediction)),
      element("p", describe(found.length, count, right)));
    const list = element("ul");
    for (const [, , index, probability, number] of found) {
      const item = element("li");
      const text = (100 * probability).toFixed(1) + " %";
      item.append(picture(number, split + " image " + index + ", true " + truth + ", predicted " + prediction + " with " + text),
        element("span", split + ":" + index), element("br"), element("span", text));
      list.append(item);
    }
    panel.append(list);
    history.replaceState(null, "", "#" + button.id);
  }

  // Arrow keys move to the next cell with images in their direction, Home and End to the ends of the row.
  function move(button, key) {
    const cell = button.parentElement, row = cell.parentElement;
    const table = row.parentElement, steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (key === "Home" || key === "End") {
      const buttons = row.querySelectorAll("button");
      return buttons[key === "Home" ? 0 : buttons.length - 1];
    }
    if (!(key in steps)) return null;
    let y = row.sectionRowIndex + steps[key][0], x = cell.cellIndex + steps[key][1];
    while (table.rows[y] && table.rows[y].cells[x]) {
      const next = table.rows[y].cells[x].querySelector("button");
      if (next) return next;
      y += steps[key][0];
      x += steps[key][1];
    }
    return button;
  }

  // The cells of the confusion matrix in a row of a table, with true class and prediction. A list has one in a row.
  function cellsOf(tr, index) {
    if (tr.dataset.cell) return [[tr.cells[0], ...tr.dataset.cell.split("-").map(Number)]];
    return [...tr.cells].slice(1, -1).map((cell, column) => [cell, index, column]);
  }

  // A cell that has images becomes a button.
  document.querySelectorAll(".cells").forEach((matrix) => {
    const [, run, split] = matrix.id.split("-"), names = data.runs[run.slice(1)].classes;
    [...matrix.tBodies[0].rows].forEach((tr, index) => cellsOf(tr, index).forEach(([cell, row, column]) => {
      if (cell.textContent === "0") return cell.classList.add("zero");
      const button = element("button", cell.textContent);
      button.id = [run, split, row, column].join("-");
      button.title = names[row] + (row === column ? ", predicted correctly: " : ", predicted as " + names[column] + ": ") + button.textContent;
      button.setAttribute("aria-pressed", "false");
      button.tabIndex = -1;
      cell.replaceChildren(button);
    }));
    const first = matrix.querySelector("button");
    if (first) first.tabIndex = 0;
    matrix.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) show(button);
    });
    matrix.addEventListener("keydown", (event) => {
      const next = event.target.matches("button") ? move(event.target, event.key) : null;
      if (!next) return;
      event.preventDefault();
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    });
  });

  const selected = document.getElementById(location.hash.slice(1));
  if (selected && selected.matches(".cells button")) show(selected);
})();
