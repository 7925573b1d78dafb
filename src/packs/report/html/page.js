'use strict';
// Everything in the data was written by strangers. It becomes text, by `textContent` and `append`, and nothing else.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const { numberings, rules, paths, events, findings } = data;
  const levels = ['critical', 'high', 'medium', 'low', 'informational'];
  const chunk = 200;
  const $ = (id) => document.getElementById(id);

  // An element with a class and children, which are elements or text.
  const make = (name, className, ...children) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    for (const child of children) if (child !== undefined && child !== null) element.append(child);
    return element;
  };
  const time = (event) => event.t === undefined ? '' : new Date(event.t).toISOString().replace('.000Z', 'Z');
  const level = (name) => make('span', `level ${name}`, name);
  const attack = (rule) => rule.attack
    .map((ids, number) => numberings.length > 1 ? `${ids.join(', ')} (${numberings[number]})` : ids.join(', '));

  const shown = (finding) => events[finding.events[finding.events.length - 1]];
  const total = (finding) => finding.events.length + (finding.leftOut || 0);

  // Rules: counts, first and last time.
  const perRule = rules.map(() => ({ count: 0, first: undefined, last: undefined }));
  for (const finding of findings) {
    const figures = perRule[finding.rule];
    figures.count += 1;
    const [from, to] = [events[finding.events[0]], shown(finding)];
    if (from.t !== undefined && !(figures.first?.t <= from.t)) figures.first = from;
    if (to.t !== undefined && !(figures.last?.t >= to.t)) figures.last = to;
  }
  // One column for each numbering.
  const heading = document.querySelector('#rules .attack');
  for (const words of numberings) heading.before(Object.assign(make('th', 'attack', words), { scope: 'col' }));
  heading.remove();
  // The worst first, then those that found most.
  const severity = (rule) => levels.indexOf(rule.level);
  const listed = rules.map((_, number) => number).sort((a, b) => severity(rules[a]) - severity(rules[b])
    || perRule[b].count - perRule[a].count || (rules[a].id < rules[b].id ? -1 : 1));
  for (const number of listed) {
    const [rule, figures] = [rules[number], perRule[number]];
    const name = make('button', '', rule.id);
    name.type = 'button';
    name.title = 'Show the findings of this rule';
    name.addEventListener('click', () => {
      $('tools').reset();
      $('rule').value = String(number);
      filter();
      $('findings-title').scrollIntoView();
    });
    $('rules').tBodies[0].append(make('tr', '',
      make('td', '', level(rule.level)),
      make('td', 'rule', make('div', '', rule.title), make('div', 'id', name)),
      ...rule.attack.map((ids) => make('td', 'mono', ids.join(', '))),
      make('td', 'number', figures.count.toLocaleString('en')),
      make('td', 'time', figures.first ? time(figures.first) : ''),
      make('td', 'time', figures.last ? time(figures.last) : '')));
    const option = make('option', '', `${rule.id} (${figures.count})`);
    option.value = String(number);
    $('rule').append(option);
  }
  for (const name of levels) {
    const count = findings.reduce((sum, finding) => sum + (rules[finding.rule].level === name ? 1 : 0), 0);
    const box = make('input');
    Object.assign(box, { type: 'checkbox', name: 'level', value: name, defaultChecked: true, checked: true });
    $('levels').append(make('label', '', box, level(name), make('span', 'quiet', count.toLocaleString('en'))));
  }

  // A record with line breaks, its numbers and escapes as they are.
  const pretty = (text) => {
    const out = make('pre');
    out.tabIndex = 0;
    let depth = 0;
    let plain = '';
    const isSpace = (character) => character === ' ' || character === '\n' || character === '\r' || character === '\t';
    const skip = (at) => { while (at < text.length && isSpace(text[at])) at += 1; return at; };
    const token = (kind, words) => {
      if (plain) out.append(plain);
      plain = '';
      out.append(make('span', kind, words));
    };
    const line = () => { plain += `\n${'  '.repeat(Math.min(depth, 40))}`; };
    let at = skip(0);
    while (at < text.length) {
      const character = text[at];
      let end = at + 1;
      if (character === '"') {
        while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
        end = Math.min(end + 1, text.length);
        token(text[skip(end)] === ':' ? 'key' : 'string', text.slice(at, end));
      } else if (character === '{' || character === '[') {
        const close = skip(end);
        if (text[close] === '}' || text[close] === ']') {
          plain += character + text[close];
          end = close + 1;
        } else {
          plain += character;
          depth += 1;
          line();
        }
      } else if (character === '}' || character === ']') {
        depth = Math.max(0, depth - 1);
        line();
        plain += character;
      } else if (character === ',') {
        plain += character;
        line();
      } else if (character === ':') {
        plain += ': ';
      } else {
        while (end < text.length && !isSpace(text[end]) && !',:{}[]"'.includes(text[end])) end += 1;
        token('value', text.slice(at, end));
      }
      at = skip(end);
    }
    if (plain) out.append(plain);
    return out;
  };

  // What is known of a finding, made when it is asked for.
  const evidence = (finding) => {
    const rule = rules[finding.rule];
    const event = shown(finding);
    const list = make('dl');
    const fact = (name, value, kind) => {
      if (value !== undefined && value !== '') list.append(make('dt', '', name), make('dd', kind, value));
    };
    fact('Rule', `${rule.id}, pack ${rule.pack}`);
    fact('ATT&CK', attack(rule).join('; '));
    fact('Condition', rule.condition);
    fact('Actor', event.actor);
    fact('Event', [event.name, event.source].filter(Boolean).join(', '));
    fact('Error', event.error);
    fact('Account', event.account);
    fact('Region', event.region);
    fact('Address', event.address);
    fact('Source of the rule', rule.source);
    const box = make('div', 'evidence', make('p', '', rule.why),
      make('p', 'quiet', `False positives: ${rule.noisy}`), list);
    if (finding.details) {
      const details = make('dl');
      for (const [name, value] of finding.details) details.append(make('dt', '', name), make('dd', 'mono', value));
      box.append(make('h3', '', 'Details'), details);
    }
    box.append(make('h3', '', total(finding) === 1 ? 'Event' : `${total(finding).toLocaleString('en')} events`));
    if (finding.leftOut) {
      box.append(make('p', 'quiet', `The first ${finding.leftOut.toLocaleString('en')} are not in this page.`));
    }
    for (const [number, place] of finding.events.entries()) {
      const one = events[place];
      const details = make('details', '', make('summary', '',
        make('span', 'time', time(one) || 'no time'), make('span', '', one.name ?? ''),
        make('span', 'id', one.id ?? ''), make('span', 'id', `${paths[one.path]} record ${one.index}`)));
      const open = () => {
        if (!details.open || details.childElementCount > 1) return;
        details.append(one.record === undefined
          ? make('p', 'quiet', 'The record had no room in this page; it is in the log file named above.')
          : pretty(one.record));
      };
      details.addEventListener('toggle', open);
      if (number === finding.events.length - 1) {
        details.open = true;
        open();
      }
      box.append(details);
    }
    return box;
  };

  const body = $('findings').tBodies[0];
  const toggle = (row, button, finding) => {
    const isOpen = row.classList.toggle('open');
    button.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) {
      row.nextElementSibling.remove();
      return;
    }
    const cell = make('td', '', evidence(finding));
    cell.colSpan = 10;
    row.after(make('tr', 'evidence-row', cell));
  };
  const rowOf = (number) => {
    const finding = findings[number];
    const [rule, event] = [rules[finding.rule], shown(finding)];
    const button = make('button', 'toggle');
    button.type = 'button';
    button.setAttribute('aria-expanded', 'false');
    button.setAttribute('aria-label', `Evidence: ${rule.title}, ${time(event)}`);
    const row = make('tr', 'finding', make('td', 'narrow', button),
      make('td', 'first', level(rule.level)), make('td', 'time', time(event)),
      make('td', 'title', make('div', '', rule.title), make('div', 'id', rule.id)),
      make('td', 'actor', event.actor ?? ''),
      make('td', 'event', event.name ?? '', event.error ? make('div', 'id', event.error) : null),
      make('td', 'wide account', event.account ?? ''), make('td', 'wide region', event.region ?? ''),
      make('td', 'wide address', event.address ?? ''), make('td', 'number', total(finding).toLocaleString('en')));
    row.addEventListener('click', (click) => {
      const isSelecting = String(getSelection()).length > 0 && click.target !== button;
      if (!isSelecting) toggle(row, button, finding);
    });
    return row;
  };

  // Filters.
  let order = findings.map((_, number) => number);
  let drawn = 0;
  const texts = [];
  const textOf = (number) => {
    if (texts[number] === undefined) {
      const finding = findings[number];
      const [rule, event] = [rules[finding.rule], shown(finding)];
      const words = [rule.id, rule.title, rule.level, time(event), event.actor, event.name, event.source, event.error,
        event.account, event.region, event.address, event.id, paths[event.path], ...rule.attack.flat(),
        ...(finding.details || []).flat()];
      texts[number] = words.filter(Boolean).join('\n').toLowerCase();
    }
    return texts[number];
  };
  const fits = (number, words) => {
    let record;
    return words.every((word) => {
      if (textOf(number).includes(word)) return true;
      record ??= findings[number].events.map((place) => events[place].record ?? '').join('\n').toLowerCase();
      return record.includes(word);
    });
  };

  // The order.
  let sorted = { by: '', down: false };
  const keys = {
    level: (finding) => -severity(rules[finding.rule]),
    time: (finding) => shown(finding).t ?? -Infinity,
    rule: (finding) => rules[finding.rule].id,
    events: (finding) => total(finding),
  };
  const keyOf = (by) => keys[by] ?? ((finding) => shown(finding)[by] ?? '');
  const sort = () => {
    if (!sorted.by) return;
    const key = keyOf(sorted.by);
    const values = new Map(order.map((number) => [number, key(findings[number])]));
    const sign = sorted.down ? -1 : 1;
    order.sort((a, b) => {
      const [one, other] = [values.get(a), values.get(b)];
      return one < other ? -sign : one > other ? sign : a - b;
    });
  };

  const draw = (until) => {
    const rows = document.createDocumentFragment();
    const end = Math.min(until, order.length);
    for (; drawn < end; drawn += 1) rows.append(rowOf(order[drawn]));
    body.append(rows);
    $('more').hidden = drawn >= order.length;
  };
  const filter = () => {
    const words = $('words').value.toLowerCase().split(/\s+/).filter(Boolean);
    const rule = $('rule').value;
    const wanted = new Set([...document.querySelectorAll('#levels input:checked')].map((box) => box.value));
    order = [];
    for (let number = 0; number < findings.length; number += 1) {
      const finding = findings[number];
      if (!wanted.has(rules[finding.rule].level) || (rule !== '' && String(finding.rule) !== rule)) continue;
      if (fits(number, words)) order.push(number);
    }
    sort();
    body.replaceChildren();
    drawn = 0;
    draw(chunk);
    const all = `${findings.length.toLocaleString('en')} finding${findings.length === 1 ? '' : 's'}`;
    $('count').textContent = order.length === findings.length ? all : `${order.length.toLocaleString('en')} of ${all}`;
  };

  let waiting;
  $('words').addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  $('rule').addEventListener('change', filter);
  $('levels').addEventListener('change', filter);
  $('tools').addEventListener('reset', () => setTimeout(filter));
  $('tools').addEventListener('submit', (submit) => {
    submit.preventDefault();
    filter();
  });
  for (const button of document.querySelectorAll('[data-sort]')) {
    button.addEventListener('click', () => {
      const by = button.dataset.sort;
      // Numbers, levels and times are asked for from the top.
      const first = ['level', 'time', 'events'].includes(by);
      sorted = { by, down: sorted.by === by ? !sorted.down : first };
      for (const other of document.querySelectorAll('th[aria-sort]')) other.removeAttribute('aria-sort');
      button.closest('th').setAttribute('aria-sort', sorted.down ? 'descending' : 'ascending');
      filter();
    });
  }
  $('more').addEventListener('click', () => draw(drawn + chunk));
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) draw(drawn + chunk);
  }, { rootMargin: '400px' }).observe($('more'));
  // Paper has everything that was filtered.
  addEventListener('beforeprint', () => draw(order.length));
  filter();
})();
