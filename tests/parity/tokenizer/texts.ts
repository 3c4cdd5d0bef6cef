/** Texts on which tokenizers are known to differ: written ones by kind, seeded random ones, and real ones. */
import { hash, mtBench, wikiText, wikiTextCalibration } from "../../../datasets/mod.ts";

const repeat = (part: string, ...counts: number[]) => counts.map((count) => part.repeat(count));

const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  digits: [
    "0",
    "1234567890",
    "3.14159",
    "1,000,000",
    "a1b2c3",
    " 7",
    "  7  8",
    "2024-11-24T08:30:00Z",
    "0x1F 1e-9",
    "٠١٢٣٤",
    "१२३",
    "２０２４",
    "x² + y³ = ½",
    "Ⅷ ⅷ ①②③ ㊿",
    "𝟘𝟙𝟚 𝟯",
    "10⁻⁹",
    "v2.0.1-rc3",
  ],
  "white space": [
    ...repeat(" ", 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 100, 1000),
    ...repeat("\n", 1, 2, 3, 4, 10),
    ...repeat("\t", 1, 2, 3, 4, 8),
    ...repeat("\r\n", 1, 2, 3),
    "a b",
    "a  b",
    "a   b",
    " a",
    "  a",
    "a ",
    "a  ",
    "\ta",
    "\t\ta",
    "a\t",
    "a \t b",
    "a\n b",
    "a \nb",
    "a\n\n\nb",
    " \n \n ",
    "a\u00a0b",
    "a\u00a0\u00a0b",
    "a\u2003b \u3000c",
    "a\u0085b",
    " \u0085x",
    "a\u0085\u0085b",
    "a\ufeffb",
    "\ufeffa",
    " \ufeff ",
    "a\ufeff\ufeff b",
    "a\u200bb",
    "a\u180eb",
    "a\u2028b\u2029c",
    "\v\f",
    "a\v\fb",
    "\u001c\u001d\u001e\u001f",
    "  1",
    "1  ",
    "a  1  b",
  ],
  emoji: [
    "😀",
    " 😀😀",
    "👩‍👩‍👧‍👦",
    "👍🏽 👍🏿",
    "🏳️‍🌈🏴‍☠️",
    "🇩🇪🇫🇷",
    "☺️ ☺",
    "1️⃣2️⃣",
    "🧑🏻‍🤝‍🧑🏿",
    "a😀b 1😀2",
    "🫠🫡🪿",
  ],
  CJK: [
    "你好，世界！",
    "日本語のテキスト。カタカナ、ひらがな",
    "한국어 문장입니다.",
    "㐀𠀀𪜀豈",
    "中文english混合123",
    "「引用」『二重』",
    "ｱｲｳ ﾊﾟ",
  ],
  "combining marks": [
    "é",
    "e\u0301",
    "a\u0308\u0304o\u0308",
    "Z̷̢̛a̸l̴g̵o̶",
    "नमस्ते दुनिया",
    "ภาษาไทย",
    "அ ஆ க்ஷ",
    "\u0301",
    " \u0301a",
    "ﬁ ﬀ",
    "Å Å",
  ],
  "right to left": [
    "שלום עולם",
    "مرحبا بالعالم",
    "السَّلَامُ عَلَيْكُمْ",
    "abc \u202eאבג\u202c def",
    "\u200fא\u200e",
    "۱۲۳ فارسی ی‌ک",
  ],
  "control tokens": [
    "<|im_start|>user\nHi<|im_end|>\n",
    "<|im_end|>",
    " <|im_end|> ",
    "<|im_end|><|im_end|>",
    "a<|endoftext|>b",
    "<|im_start|",
    "|im_end|>",
    "<<|im_end|>>",
    "<|IM_END|>",
    "< |im_end|>",
    "<repo_name>x<file_sep>y<filename>z<reponame>",
    "<gh_stars>100<issue_start><issue_comment><issue_closed>",
    "<jupyter_start><jupyter_text>\n<jupyter_code>1<jupyter_output><jupyter_script><empty_output>",
    "  <|im_start|>  system  ",
    "1<|im_end|>1",
    "<|im_end|>\u0301",
    "<|im_<|im_end|>end|>",
    "<s></s><unk><pad>[INST]",
  ],
  code: [
    "def f(x):\n    return x ** 2\n",
    "for (let i = 0; i < n; i++) {\n\tsum += a[i];\n}\n",
    "#include <stdio.h>\nint main(void) { return 0; }",
    "SELECT * FROM t WHERE a >= 10 AND b != 'x';",
    '{"a": [1, 2.5, null], "b": "\\u00e9\\n"}',
    "https://example.com/a?b=c&d=%20#e",
    "$ rm -rf /tmp/x && echo $?",
    '<div class="a">&nbsp;</div>',
    "r'\\d+(?:\\.\\d+)?'",
    "a->b::c()->d;//!?",
    "\\frac{\\alpha}{\\beta}",
  ],
  contractions: [
    "I'm you're he's we've they'll I'd don't",
    "I’m you’re",
    "IT'S DON'T",
    "'s 't 're 've 'm 'll 'd",
    "'''s",
    "a's1't",
    "rock 'n' roll 'tis",
    "'",
    "''",
    "'l",
    "'r e",
    " 's",
    "l'd'll",
  ],
  "long words": [
    ...repeat("a", 100, 255, 256, 257, 1000, 20000),
    ...repeat("ab", 5000),
    ...repeat("é", 3000),
    ...repeat("中", 3000),
    ...repeat("!", 300),
    ...repeat("=", 64, 80),
    ...repeat("-", 3, 80),
    ...repeat("antidisestablishmentarianism", 40),
    ...repeat("Donaudampfschifffahrtsgesellschaft", 20),
    ...repeat("xyzzy_", 200),
  ],
  "broken text": [
    "\ud800",
    "\udc00a",
    "a\ud83d",
    "\ud83d\ud83d\ude00",
    " \udfff\udfff ",
    "\ufffd",
    "\u0000",
    "a\u0000b",
    "\u0001\u0002\u007f\u0080\u009f",
    "\uffff\ufffe",
    "\u{10ffff}\u{e000}\u{f0000}",
    "\u0378\u{1fffe}",
    "ï»¿Ã©",
  ],
};

/** Ranges that random strings draw from. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x20, 0x7e],
  [0x20, 0x7e],
  [0x61, 0x7a],
  [0x30, 0x39],
  [0x09, 0x0d],
  [0x20, 0x20],
  [0x80, 0x24f],
  [0x300, 0x36f],
  [0x370, 0x5ff],
  [0x600, 0x6ff],
  [0x900, 0xdff],
  [0x2000, 0x206f],
  [0x2070, 0x218f],
  [0x3000, 0x30ff],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xd800, 0xdfff],
  [0x1f300, 0x1faff],
  [0, 0x10ffff],
];

/** Seeded strings of up to 60 code points, each a few runs from a few ranges. */
function* random(count: number): Iterable<string> {
  for (let text = 0; text < count; text++) {
    let draws = 0;
    const below = (n: number) => hash(`text ${text}, draw ${draws++}`) % n;
    let result = "";
    for (let run = 1 + below(6); run > 0; run--) {
      const [from, to] = RANGES[below(RANGES.length)]!;
      for (let i = 1 + below(10); i > 0; i--) result += String.fromCodePoint(from + below(to - from + 1));
    }
    yield result;
  }
}

/** Every code point of the planes in use, each after a letter, after a space and between digits; 128 a text. */
function* everyCodePoint(): Iterable<string> {
  let points: string[] = [];
  for (const [from, to] of [[0, 0x323af], [0xe0000, 0xe01ef]] as const) {
    for (let point = from; point <= to; point++) {
      if (point < 0xd800 || point > 0xdfff) points.push(String.fromCodePoint(point));
      if (points.length < 128 && point < to) continue;
      yield points.map((c) => `a${c}b ${c}${c}1${c}2\n`).join("");
      points = [];
    }
  }
}

/** Texts by kind. */
export async function texts(): Promise<ReadonlyMap<string, readonly string[]>> {
  const articles: string[] = [];
  for (const set of [wikiText, wikiTextCalibration]) {
    for await (const { text } of set.samples()) articles.push(...text.split("\n"), text.slice(0, 4000));
  }
  const questions: string[] = [];
  for await (const { turns } of mtBench.samples()) questions.push(...turns);
  return new Map<string, readonly string[]>([
    ...Object.entries(WRITTEN),
    ["Wikipedia", articles],
    ["MT-Bench", questions],
    ["random", [...random(3000)]],
    ["every code point", [...everyCodePoint()]],
  ]);
}
