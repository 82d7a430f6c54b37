"use strict";
// Filters the findings, shows them from the page's own data when there are too many to stand in it,
// copies code. Everything is written as text: nothing found on a system can become markup.
(() => {
  const section = document.getElementById("findings");
  const bar = document.getElementById("filter");
  if (!section || !bar) return;
  const SHOWN = 15, BATCH = 40, MORE = 200;
  const field = (name) => bar.querySelector(`[name="${name}"]`);
  const levels = [...bar.querySelectorAll('[name="severity"]')];
  const output = bar.querySelector("output");
  const source = document.getElementById("findings-data");
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const numbers = new Intl.NumberFormat(document.documentElement.lang);

  function wanted() {
    return {
      words: fold(field("q").value).split(/\s+/).filter(Boolean),
      severity: new Set(levels.filter((box) => box.checked).map((box) => box.value)),
      subject: field("subject").value,
      team: field("team").value,
    };
  }

  // A finding: {id, severity, team, text, rows: [{subject, text}]}; which of its rows are wanted.
  function chosen(finding, want) {
    if (!want.severity.has(finding.severity)) return [];
    if (want.team && finding.team !== want.team) return [];
    const missing = want.words.filter((word) => !finding.text.includes(word));
    return finding.rows.filter((row) =>
      (!want.subject || row.subject === want.subject) &&
      missing.every((word) => row.text.includes(word)));
  }

  const view = source ? fromData(JSON.parse(source.textContent)) : fromPage();

  function fromPage() {
    const findings = [...section.querySelectorAll("article.card.open")].map((card) => ({
      card,
      id: card.id,
      severity: card.dataset.severity,
      team: card.dataset.team,
      text: fold(card.querySelector("header").textContent),
      rows: [...card.querySelectorAll("tr[data-subject]")].map((row) => ({
        row, subject: row.dataset.subject, text: fold(row.textContent),
      })),
    }));
    return {
      show(want) {
        let shown = 0;
        for (const finding of findings) {
          const rows = new Set(chosen(finding, want));
          finding.card.hidden = rows.size === 0;
          for (const each of finding.rows) each.row.hidden = !rows.has(each);
          if (rows.size) shown += 1;
        }
        return shown;
      },
      all: findings.length,
      open: (id) => document.getElementById(id),
    };
  }

  function fromData(data) {
    const place = document.getElementById("cards");
    const findings = data.findings.map((finding) => ({
      ...finding,
      text: fold([finding.title, finding.check, finding.meta, finding.why].join(" ")),
      rows: finding.rows.map(([subject, instance, seen, where, level, verdicts]) => ({
        subject: data.subjects[subject], instance, seen, where, level, verdicts,
        text: fold([data.subjects[subject], instance, seen, where].join(" ")),
      })),
    }));
    let list = [], drawn = 0;
    const more = button(() => batch());
    more.className = "more";

    function batch(until = drawn + BATCH) {
      for (; drawn < Math.min(until, list.length); drawn += 1) {
        place.append(card(list[drawn].finding, list[drawn].rows));
      }
      more.textContent = filled(data.say.more, { n: numbers.format(list.length - drawn) });
      if (drawn < list.length) place.append(more); else more.remove();
    }

    function card(finding, rows) {
      const node = document.getElementById("card-model").content.cloneNode(true);
      const article = node.querySelector("article");
      article.id = finding.id;
      article.classList.add(`sev-${finding.severity}`);
      article.setAttribute("aria-labelledby", `${finding.id}-h`);
      node.querySelector("h3").id = `${finding.id}-h`;
      put(node, "title", finding.title);
      put(node, "number", finding.number);
      put(node, "meta", finding.meta);
      put(node, "check", finding.check);
      const chip = node.querySelector(".chip");
      chip.classList.add(`sev-${finding.severity}`);
      chip.textContent = data.levels[finding.severity];
      node.querySelector(".here").href = `#${finding.id}`;
      for (const name of ["why", "do", "temporary", "verify", "rollback"]) {
        const slot = node.querySelector(`[data-prose="${name}"]`);
        if (finding[name]) prose(slot, finding[name]); else slot.parentElement.remove();
      }
      const judged = finding.rows.some((row) => row.verdicts.length);
      if (!judged) node.querySelector("th:last-child").remove();
      const body = node.querySelector("tbody");
      let at = 0;
      const rest = button(() => fill(MORE));
      rest.className = "more";
      const fill = (count) => {
        for (const row of rows.slice(at, at + count)) body.append(line(row, judged));
        at = Math.min(at + count, rows.length);
        rest.textContent = filled(data.say.more, { n: numbers.format(rows.length - at) });
        if (at >= rows.length) rest.remove();
      };
      node.querySelector(".scroll").after(rest);
      fill(SHOWN);
      const code = node.querySelector("[data-code]");
      for (const [product, text] of Object.entries(finding.code)) {
        const figure = element("figure", "code");
        figure.append(element("figcaption", "", product), element("pre"));
        figure.lastChild.tabIndex = 0;
        figure.lastChild.append(element("code", "", text));
        code.append(figure);
        copying(figure);
      }
      return node;
    }

    function line(row, judged) {
      const tr = element("tr");
      const seen = element("td", "seen", row.seen);
      if (row.level) {
        seen.append(" ", element("span", `chip sev-${row.level}`, data.levels[row.level]));
      }
      if (row.where) seen.append(element("code", "where", row.where));
      const first = element("td");
      first.append(element("span", "subject", row.subject));
      tr.append(first, element("td", "instance", row.instance), seen);
      if (judged) {
        const by = element("td", "by");
        const items = element("ul", "verdicts");
        for (const verdict of row.verdicts) items.append(element("li", "", verdict));
        if (row.verdicts.length) by.append(items);
        tr.append(by);
      }
      return tr;
    }

    return {
      show(want) {
        list = findings.map((finding) => ({ finding, rows: chosen(finding, want) }))
          .filter((each) => each.rows.length);
        drawn = 0;
        place.replaceChildren();
        batch();
        return list.length;
      },
      all: findings.length,
      open(id) {
        const at = list.findIndex((each) => each.finding.id === id);
        if (at >= drawn) batch(at + 1);
        return document.getElementById(id);
      },
    };
  }

  function put(node, name, text) {
    node.querySelector(`[data-slot="${name}"]`).textContent = text;
  }

  function element(name, style = "", text = "") {
    const made = document.createElement(name);
    if (style) made.className = style;
    if (text) made.textContent = text;
    return made;
  }

  function button(act) {
    const made = element("button");
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  // Paragraphs, with code between backticks: what `prose` does for pages without script.
  function prose(place, text) {
    for (const part of text.split(/\n\s*\n/).map((each) => each.trim()).filter(Boolean)) {
      const paragraph = element("p");
      part.split(/`([^`]+)`/).forEach((piece, index) => {
        paragraph.append(index % 2 ? element("code", "", piece) : piece);
      });
      place.append(paragraph);
    }
  }

  function copying(figure) {
    const copy = button(async () => {
      const code = figure.querySelector("pre");
      try {
        await navigator.clipboard.writeText(code.textContent);
        copy.textContent = bar.dataset.copied;
      } catch {
        getSelection().selectAllChildren(code);
      }
    });
    copy.className = "copy";
    copy.textContent = bar.dataset.copy;
    figure.querySelector("figcaption").append(" ", copy);
  }

  // The filter stands in the address after `#?`, so that a colleague gets the same view.
  function remember() {
    const state = new URLSearchParams();
    if (field("q").value) state.set("q", field("q").value);
    const off = levels.filter((box) => !box.checked).map((box) => box.value);
    if (off.length) state.set("without", off.join(","));
    for (const name of ["subject", "team"]) {
      if (field(name).value) state.set(name, field(name).value);
    }
    const told = state.toString();
    if (told) history.replaceState(null, "", `#?${told}`);
    else if (location.hash.startsWith("#?")) history.replaceState(null, "", "#findings");
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(2));
    field("q").value = state.get("q") ?? "";
    const off = (state.get("without") ?? "").split(",");
    for (const box of levels) box.checked = !off.includes(box.value);
    for (const name of ["subject", "team"]) field(name).value = state.get(name) ?? "";
  }

  function update() {
    const shown = view.show(wanted());
    output.textContent = filled(output.dataset.text, {
      shown: numbers.format(shown), all: numbers.format(view.all),
    });
  }

  function clear() {
    field("q").value = field("subject").value = field("team").value = "";
    for (const box of levels) box.checked = true;
  }

  function arrive() {
    if (location.hash.startsWith("#?")) {
      recall();
      return update();
    }
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id.startsWith("check-")) return undefined;
    let card = view.open(id);
    if (!card || card.hidden) {
      clear();
      update();
      card = view.open(id);
    }
    if (!card) return undefined;
    card.tabIndex = -1;
    card.focus({ preventScroll: true });
    return card.scrollIntoView();
  }

  let waiting = 0;
  bar.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { update(); remember(); });
  });
  bar.querySelector("button").addEventListener("click", () => { clear(); update(); remember(); });
  addEventListener("hashchange", arrive);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    event.preventDefault();
    field("q").focus();
  });
  // Browsers that keep closed details out of print get them opened.
  addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("details:not([open])")) {
      each.open = true;
      each.dataset.closed = "";
    }
  });
  addEventListener("afterprint", () => {
    for (const each of document.querySelectorAll("details[data-closed]")) {
      each.open = false;
      delete each.dataset.closed;
    }
  });
  for (const figure of document.querySelectorAll("figure.code")) copying(figure);
  bar.hidden = false;
  if (location.hash.startsWith("#?")) recall();
  update();
  arrive();
  document.documentElement.dataset.ready = performance.now().toFixed(0);  // milliseconds
})();
