// A typist: which physical keys somebody trained strikes for a word, on each layout. It knows the
// keyboards from its own tables, not from ../layouts, so that a wrong table is found by it. Keys are
// written as the characters of an English keyboard, as typing tests print them, with ⌥ before a key that is struck with AltGr.

const INSCRIPT = keys(`
  औQ ऐW आE ईR ऊT भY ङU घI धO झP ढ{ ञ} ऑ| ओA एS अD इF उG फH ऱJ खK थL छ: ठ" ऎZ ँX णC ऩV ऴB ळN शM ष< य़?
  ौq ैw ाe ीr ूt बy हu गi दo जp ड[ ़] ॉ\\ ोa ेs ्d िf ुg पh रj कk तl च; ट' ंx मc नv वb लn सm य/ ः_ ृ= ऋ+ ऍ! ॅ@`);

const FULL = keys("अv इb उm ए, कd गx चp छN जt झ> टV ठB डM ढ< तr दn नu पi फQ बc मe य; रj लy ळG वo सl हg ऋ) ञ⌥- ङ⌥!");
const HALF = keys(`कD ख[ गX घ? चP जT ण. तR थF ध/ नU पI बC भH मE लY वO श' ष" सL`);
const MATRAS = keys("ाk िf ीh ुq ूw ृ= ेs ैS ंa ॅW ्+ ़`");
const MADE = { आ: "vk", ई: "bZ", ऊ: "mq", ऐ: ",s", ओ: "vks", औ: "vkS", ऑ: "vkW", "ो": "ks", "ौ": "kS", "ॉ": "kW", "ँ": "Wa", "ः": "#" };
const CONJUNCTS = { "श्र": "J", "ज्ञ": "K", "त्र": "(", "द्य": "~", "द्व": "}", "द्ध": "*" };

/** InScript: letter for letter. */
export function inscript(word) {
  return [...word].map((letter) => known(INSCRIPT, letter, word)).join("");
}

/** Remington GAIL in the order of sound. */
export function gail(word) {
  return syllables(word).map(({ reph, cluster, short, rest }) => {
    if (cluster === "") return signs(rest, word);
    const letters = letter(cluster, word);
    return (reph ? "Z" : "") + letters + (short ? "f" : "") + signs(rest, word);
  }).join("");
}

/** Remington GAIL in the order of a typewriter: short i first, reph last. */
export function typewriter(word) {
  return syllables(word).map(({ reph, cluster, short, rest }) => {
    if (cluster === "") return signs(rest, word);
    const [matras, nasal] = /^([^ंँ]*)(.*)$/u.exec(rest).slice(1);
    return (short ? "f" : "") + letter(cluster, word) + signs(matras, word) + (reph ? "Z" : "") + signs(nasal, word);
  }).join("");
}

/** Kruti Dev: the typewriter's order, with the places of that font for what GAIL has elsewhere. */
export function krutiDev(word) {
  const places = { "~": "|", "(": "=", "*": ")", "=": "`", "#": "%", ")": "_", "`": "+", "+": "~" };
  return typewriter(word).replace(/⌥-/g, "¥").replace(/⌥!/g, "³").replace(/mq/g, "Å").replace(/Wa/g, "¡").replace(/[~(*=#)`+]/g, (key) => places[key]);
}

/** The same with the ready-made glyphs that people take from the table of characters. */
export function krutiDevWithGlyphs(word) {
  const glyphs = [
    ["Dr", "ä"], ["iz", "ç"], ["dz", "Ø"], ["nz", "æ"], ["Qz", "Ý"], ["RR", "Ù"], ["Uu", "é"], ["n~n", "í"], ["V~V", "ê"],
    ["V~B", "ë"], ["M~M", "ì"], ["g~e", "ã"], ["g~u", "à"], ["g~;", "á"], ["g`", "â"], ["n`", "–"], ["d`", "—"], ["bZ", "Ã"],
    ["V~;", "Vî"], ["Vz", "Vª"], ["Mz", "Mª"], ["?k", "Ä"], ["Za", "±"], ["hZ", "Ê"], ["ha", "È"], ["=~", "«"], ["/", "è"], ["Hk", "Ò"],
  ];
  return glyphs.reduce((text, [plain, glyph]) => text.replaceAll(plain, glyph), krutiDev(word));
}

/** A word cut where a typist thinks: reph, cluster, short i, what follows. */
function syllables(word) {
  const pattern = /(र्(?=[क-ह]))?((?:[क-ह]़?्)*[क-ह]़?्?|[अ-औ])?(ि)?([ऀ-ःा-ौ]*)/gu;
  return [...word.matchAll(pattern)].filter(([all]) => all !== "").map(([all, reph, cluster = "", short, rest]) => {
    // An independent र् at the head of a cluster is a reph; र्य after nothing else is too.
    return { reph: reph !== undefined, cluster, short: short !== undefined, rest, all };
  });
}

function letter(cluster, word) {
  if (MADE[cluster]) return MADE[cluster];
  let text = "";
  let left = cluster;
  while (left !== "") {
    const [taken, struck] = first(left, text, word);
    text += struck;
    left = left.slice(taken);
  }
  return text;
}

function first(left, before, word) {
  const conjunct = Object.keys(CONJUNCTS).find((one) => left.startsWith(one));
  if (conjunct) return [conjunct.length, CONJUNCTS[conjunct]];
  if (left.startsWith("क्ष्")) return [4, "{"];
  if (left.startsWith("क्ष")) return [3, "{k"];
  if (left.startsWith("्र")) return [2, "z"];
  if (left === "रू") return [2, ":"];
  const [one, next, after] = [left[0], left[1], left[2]];
  const dotted = next === "\u093C";
  const virama = dotted ? after : next;
  const rakar = virama === "्" && left[dotted ? 3 : 2] === "र";
  const half = half_of(one);
  if (virama === "्" && !rakar && half && !dotted) return [2, half];
  const full = FULL[one] ?? (half ? `${half}k` : MATRAS[one]);
  if (full === undefined) throw new Error(`no key for ${one} in ${word}`);
  if (dotted) return [2, `${full}\``];
  return [1, full];
}

function half_of(letter) {
  return HALF[letter];
}

function signs(text, word) {
  return [...text].map((sign) => MADE[sign] ?? known(MATRAS, sign, word)).join("");
}

function known(table, letter, word) {
  const key = table[letter];
  if (key === undefined) throw new Error(`no key for ${letter} in ${word}`);
  return key;
}

function keys(text) {
  const table = {};
  for (const pair of text.split(/\s+/).filter(Boolean)) {
    const [letter] = pair;
    table[letter] = pair.slice(letter.length);
  }
  return table;
}

const SHIFTED = { "!": "Digit1", "@": "Digit2", "#": "Digit3", $: "Digit4", "%": "Digit5", "^": "Digit6", "&": "Digit7", "*": "Digit8", "(": "Digit9", ")": "Digit0", _: "Minus", "+": "Equal", "{": "BracketLeft", "}": "BracketRight", "|": "Backslash", ":": "Semicolon", '"': "Quote", "<": "Comma", ">": "Period", "?": "Slash", "~": "Backquote" };
const PLAIN = { "-": "Minus", "=": "Equal", "[": "BracketLeft", "]": "BracketRight", "\\": "Backslash", ";": "Semicolon", "'": "Quote", ",": "Comma", ".": "Period", "/": "Slash", "`": "Backquote" };

/** The physical keys of a line of characters of an English keyboard. */
export function strokes(line) {
  return (line.match(/⌥?./gu) ?? []).map((one) => {
    const character = one.at(-1);
    const altGr = one.length > 1;
    if (/[a-z]/i.test(character)) return { code: `Key${character.toUpperCase()}`, shift: /[A-Z]/.test(character), altGr };
    if (/[0-9]/.test(character)) return { code: `Digit${character}`, shift: false, altGr };
    return { code: SHIFTED[character] ?? PLAIN[character], shift: character in SHIFTED, altGr };
  });
}
