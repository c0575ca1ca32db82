// Shows the voices of a backup, finds, plays and compares them; texts go into the page as texts, never as markup.
const TAGS = 24; // so many show at first
const STEP = 50; // of 1000, by an arrow key
const byId = (id) => document.getElementById(id);
const library = JSON.parse(byId("voices").textContent);
const [list, query] = [byId("list"), byId("query")];
const chosenTags = new Set();
const audio = new Audio();
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const whole = new Promise((done) => addEventListener("DOMContentLoaded", done, { once: true }));
let [current, address, frame] = [null, "", 0];

// Names of languages, and texts as they are searched: without accents and case.
const languages = new Intl.DisplayNames(["en"], { type: "language", fallback: "code" });
const nameOfLanguage = (code) => {
  try { return languages.of(code); } catch { return code; }
};
const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const count = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const say = (text) => { byId("said").textContent = text; };

function element(name, className, text) {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

// A row of the list for each voice.
function makeRow(voice, number) {
  const item = byId("row").content.firstElementChild.cloneNode(true);
  const part = (name) => item.querySelector(`.${name}`);
  const name = voice.name.trim() || "(no name)";
  const spoken = voice.languages.map(nameOfLanguage);
  const row = { voice, number, item, name, at: 0, seconds: 0, peaks: null, seen: false };
  row.searched = fold([name, voice.slug, voice.id, voice.description, ...voice.tags, ...spoken].join("\n"));
  part("name").textContent = name;
  const facts = [spoken.join(", "), voice.gender, voice.age && `age\u00a0${voice.age}`, voice.type === "preset" && "preset"];
  part("facts").textContent = facts.filter(Boolean).join(" \u00b7 ");
  part("labels").append(...voice.tags.flatMap((tag) => [" ", element("span", "label", tag)]));
  part("description").textContent = voice.description ?? "";
  if (/^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(voice.color ?? "")) {
    part("dot").hidden = false;
    part("dot").style.backgroundColor = voice.color;
  }
  part("copy").setAttribute("aria-label", `Copy id of ${name}`);
  part("copy").title = voice.id;
  Object.assign(row, { play: part("play"), canvas: part("wave"), position: part("position"), time: part("time") });
  if (voice.content_type === null) removePlayer(row);
  else {
    row.position.setAttribute("aria-label", `Position in ${name}`);
    showState(row);
  }
  return row;
}

function removePlayer(row) {
  row.item.classList.add("without");
  row.item.querySelector(".sound").replaceChildren(element("p", "none", "No sample in this backup"));
  row.play.remove();
  row.time.remove();
}

function showState(row) {
  const isPlaying = row === current && !audio.paused;
  row.item.classList.toggle("playing", isPlaying);
  row.item.classList.toggle("current", row === current);
  row.play.setAttribute("aria-label", `${isPlaying ? "Pause" : "Play"} ${row.name}`);
  showPosition(row);
}

function showPosition(row) {
  const seconds = row.at * row.seconds;
  row.position.value = Math.round(row.at * 1000);
  row.position.setAttribute("aria-valuetext", `${Math.round(seconds)} of ${Math.round(row.seconds)} seconds`);
  row.time.textContent = row.seconds ? clock(row.at ? seconds : Math.max(Math.round(row.seconds), 1)) : "";
  draw(row);
}

// The sample of a voice stands in an element of its own behind this code: the page shows before it is read to its end.
async function bytesOf(row) {
  const id = `sample-${row.number}`;
  if (!byId(id)?.nextSibling && document.readyState === "loading") await whole;
  const text = byId(id).textContent;
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

// Playing: one voice at a time.
async function load(row) {
  const previous = current;
  audio.pause();
  current = row;
  if (previous) {
    previous.at = 0;
    showState(previous);
  }
  const type = /^(audio|video)\/[\w.+-]+$/.test(row.voice.content_type) ? row.voice.content_type : "";
  const sample = new Blob([await bytesOf(row)], { type });
  if (current !== row) return;
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(sample);
  audio.src = address;
  showState(row);
}

async function play(row) {
  if (current !== row) await load(row);
  if (current === row) await audio.play().catch((error) => fail(row, error));
}

function fail(row, error) {
  if (error.name === "AbortError") return; // another was chosen meanwhile
  const isFormat = error.name === "NotSupportedError";
  const text = isFormat ? `This browser cannot play ${row.voice.content_type}` : `It did not play: ${error.message}`;
  row.item.querySelector(".facts").textContent = text;
  say(`${row.name}: ${text}`);
}

function seek(row, at) {
  row.at = Math.min(Math.max(at, 0), 1);
  if (row === current && row.seconds) audio.currentTime = row.at * row.seconds;
  showPosition(row);
}

function follow() {
  if (!current || audio.paused) return;
  if (current.seconds) current.at = Math.min(audio.currentTime / current.seconds, 1);
  showPosition(current);
  cancelAnimationFrame(frame);
  if (!calm.matches) frame = requestAnimationFrame(follow);
}

audio.addEventListener("loadedmetadata", () => {
  if (Number.isFinite(audio.duration)) current.seconds = audio.duration;
  if (current.at) audio.currentTime = current.at * current.seconds;
  showPosition(current);
});
audio.addEventListener("play", () => { showState(current); follow(); });
audio.addEventListener("pause", () => current && showState(current));
audio.addEventListener("timeupdate", () => calm.matches && follow());
audio.addEventListener("ended", () => {
  const next = byId("onward").checked && shownRows().find((row) => row.play.isConnected && isAfter(row, current));
  current.at = 0;
  showState(current);
  if (next) {
    next.item.scrollIntoView({ block: "nearest" });
    play(next);
  }
});

// Waveforms: measured one after another, and drawn, when their rows come into view.
const waiting = new Set();
let measuring = false;

async function measureAll() {
  if (measuring) return;
  measuring = true;
  for (const row of waiting) {
    waiting.delete(row);
    if (row.seen && !row.peaks) await measure(row);
  }
  measuring = false;
}

async function measure(row) {
  const { peaks, seconds } = await measureSound(await bytesOf(row));
  row.peaks = peaks;
  row.seconds ||= seconds;
  showPosition(row);
}

function draw(row) {
  if (row.seen) drawWaveform(row.canvas, row.peaks, row.at);
}

const rows = library.voices.map(makeRow);
rows.sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true, sensitivity: "base" }));
const rowOf = new Map(rows.map((row) => [row.item, row]));
const shownRows = () => rows.filter((row) => !row.item.hidden);
const isAfter = (row, other) => rows.indexOf(row) > rows.indexOf(other);
const redraw = () => rows.forEach(draw);

const observer = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const row = rowOf.get(target);
    row.seen = isIntersecting;
    if (!isIntersecting) row.canvas.width = 0; // gives its memory back
    else if (row.peaks) draw(row);
    else waiting.add(row), draw(row);
  }
  measureAll();
}, { rootMargin: "200px" });

// Finding.
function filter() {
  const words = fold(query.value).split(/\s+/);
  const [language, gender] = [byId("language").value, byId("gender").value];
  for (const { voice, item, searched } of rows) {
    item.hidden = !(
      words.every((word) => searched.includes(word)) && (!language || voice.languages.includes(language)) &&
      (!gender || voice.gender === gender) && [...chosenTags].every((tag) => voice.tags.includes(tag))
    );
  }
  const shown = shownRows().length;
  byId("count").textContent = shown === rows.length ? count(shown, "voice") : `${shown.toLocaleString("en")} of ${count(rows.length, "voice")}`;
  byId("clear").hidden = !(query.value || language || gender || chosenTags.size);
  byId("empty").hidden = shown > 0;
  byId("empty").textContent = rows.length ? "No voice fits all of that." : "There is no voice in this backup.";
  list.hidden = shown === 0;
  if (current?.item.hidden) audio.pause();
}

// The values of a filter with how many voices have each, most of them first.
function tally(values) {
  const found = new Map();
  for (const value of values) found.set(value, (found.get(value) ?? 0) + 1);
  return [...found].sort(([one, many], [other, more]) => more - many || one.localeCompare(other));
}

function fillSelect(id, values, label = (value) => value) {
  const select = byId(id);
  for (const [value, number] of tally(values)) select.add(new Option(`${label(value)} (${number})`, value));
  select.parentElement.hidden = select.options.length < 2;
  select.addEventListener("change", filter);
}

function fillTags() {
  const buttons = tally(library.voices.flatMap((voice) => [...new Set(voice.tags)])).map(([tag, number]) => {
    const button = Object.assign(element("button", "tag", `${tag} `), { type: "button" });
    button.append(element("small", "", number));
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => {
      const isChosen = !chosenTags.delete(tag) && Boolean(chosenTags.add(tag));
      button.setAttribute("aria-pressed", String(isChosen));
      filter();
    });
    return button;
  });
  byId("tags").append(...buttons);
  if (buttons.length <= TAGS) return;
  const more = Object.assign(element("button", "quiet", `All ${buttons.length} tags`), { type: "button" });
  const hide = (isHidden) => buttons.slice(TAGS).forEach((button) => { button.hidden = isHidden; });
  more.addEventListener("click", () => { hide(false); buttons[TAGS].focus(); more.remove(); });
  hide(true);
  byId("tags").append(more);
}

byId("clear").addEventListener("click", () => {
  query.value = byId("language").value = byId("gender").value = "";
  chosenTags.clear();
  for (const button of byId("tags").querySelectorAll(".tag")) button.setAttribute("aria-pressed", "false");
  filter();
  query.focus();
});

async function copy(row) {
  try {
    await navigator.clipboard.writeText(row.voice.id);
  } catch {
    const field = element("textarea", "", row.voice.id); // older browsers, on a file
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  const button = row.item.querySelector(".copy");
  button.focus();
  button.textContent = "Copied";
  say(`Id of ${row.name} copied.`);
  setTimeout(() => { button.textContent = "Copy id"; }, 2000);
}

// Pointer and keys, for all rows at once.
const rowAt = (event) => rowOf.get(event.target.closest(".voice"));
list.addEventListener("click", (event) => {
  const row = rowAt(event);
  if (event.target.closest(".copy")) copy(row);
  else if (event.target.closest(".play") && row === current && !audio.paused) audio.pause();
  else if (event.target.closest(".play")) play(row);
  else if (event.target.matches(".position")) play(row);
});
list.addEventListener("input", (event) => seek(rowAt(event), event.target.value / 1000));
list.addEventListener("keydown", (event) => {
  const row = rowAt(event);
  const isPosition = event.target.matches(".position");
  const sideways = { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (isPosition && sideways) seek(row, row.at + sideways / 1000);
  else if (isPosition && (event.key === " " || event.key === "Enter")) row.play.click();
  else if (!goTo(row, { ArrowDown: 1, ArrowUp: -1 }[event.key], event.target.className)) return;
  event.preventDefault();
});
query.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" && goTo(null, 1, "play")) event.preventDefault();
});

function goTo(row, step, control) {
  const shown = shownRows();
  const next = step && shown[shown.indexOf(row) + step];
  if (next) (next.item.querySelector(`.${control}`) ?? next.item.querySelector(".copy")).focus();
  else if (step === -1) query.focus();
  return Boolean(step);
}

// Begin.
byId("origin").textContent = `from ${library.server.replace(/^https?:\/\//, "")}`;
fillSelect("language", library.voices.flatMap((voice) => [...new Set(voice.languages)]), nameOfLanguage);
fillSelect("gender", library.voices.map((voice) => voice.gender).filter(Boolean));
fillTags();
list.append(...rows.map((row) => row.item));
query.addEventListener("input", filter);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("resize", redraw);
filter();
for (const row of rows) if (row.play.isConnected) observer.observe(row.item);
