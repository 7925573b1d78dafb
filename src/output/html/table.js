'use strict';
// Everything in the table was written by strangers. It stays text: rows are moved and hidden, never made.
addEventListener('DOMContentLoaded', () => {
  // Beyond this, sorting and searching take longer than people wait.
  const most = 100000;
  const many = (count) => `${count.toLocaleString('en')} row${count === 1 ? '' : 's'}`;

  for (const section of document.querySelectorAll('section')) {
    const body = section.querySelector('tbody');
    const rows = [...body.rows];
    const output = section.querySelector('output');
    const headings = [...section.querySelectorAll('th')];
    if (rows.length > most) {
      output.textContent = `${many(rows.length)}; sorting and searching end at ${most.toLocaleString('en')}`;
      for (const heading of headings) heading.firstElementChild.disabled = true;
      continue;
    }
    output.textContent = many(rows.length);

    // The search.
    const box = document.createElement('input');
    Object.assign(box, { type: 'search', placeholder: 'Search', autocomplete: 'off', spellcheck: false });
    box.setAttribute('aria-label', 'Search the rows');
    output.before(box);
    const texts = [];
    let waiting;
    const filter = () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row, number) => {
        texts[number] ??= [...row.cells].map((cell) => cell.textContent).join('\n').toLowerCase();
        const fits = words.every((word) => texts[number].includes(word));
        row.hidden = !fits;
        if (fits) shown += 1;
      });
      output.textContent = shown === rows.length ? many(shown) : `${shown.toLocaleString('en')} of ${many(rows.length)}`;
    };
    box.addEventListener('input', () => {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 120);
    });

    // The order. A third click gives the answer's own back.
    const keyOf = (column, isNumber) => (row) => {
      const cell = row.cells[column];
      if (!cell || cell.classList.contains('u')) return undefined;
      if (!isNumber) return cell.textContent;
      const number = Number(cell.textContent);
      return Number.isNaN(number) ? undefined : number;
    };
    headings.forEach((heading, column) => heading.firstElementChild.addEventListener('click', () => {
      const isNumber = heading.classList.contains('n');
      const turns = isNumber ? ['descending', 'ascending'] : ['ascending', 'descending'];
      const turn = turns[turns.indexOf(heading.getAttribute('aria-sort')) + 1];
      for (const other of headings) other.removeAttribute('aria-sort');
      if (!turn) {
        const all = document.createDocumentFragment();
        for (const row of rows) all.append(row);
        body.append(all);
        return;
      }
      heading.setAttribute('aria-sort', turn);
      const key = keyOf(column, isNumber);
      const keys = rows.map((row, number) => [key(row), number]);
      const sign = turn === 'ascending' ? 1 : -1;
      keys.sort(([one, first], [other, second]) => {
        // What is missing stands at the end either way.
        if (one === undefined || other === undefined) {
          return (one === undefined) - (other === undefined) || first - second;
        }
        return one < other ? -sign : one > other ? sign : first - second;
      });
      const all = document.createDocumentFragment();
      for (const [, number] of keys) all.append(rows[number]);
      body.append(all);
    }));
  }
  // Paper has everything unfolded.
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
});
