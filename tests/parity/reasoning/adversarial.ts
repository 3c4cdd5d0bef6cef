/** Answers and programs on the edge of what is read as right. */

const edge = (text: string, answer = "18") => ({ text, answer });

/** Worked answers that an extraction may misread. */
export const ADVERSARIAL = [
  edge(""),
  edge("18"),
  edge(" 18"),
  edge("The answer is 18."),
  edge("The answer is 18"),
  edge("The answer is 18\n"),
  edge("The answer is 18 dollars."),
  edge("The answer is $18."),
  edge("the answer is 18."),
  edge("The answer is **18**."),
  edge("The answer is 18.0."),
  edge("The answer is 18.00."),
  edge("The answer is 18.5.", "18.5"),
  edge("The answer is .5.", "0.5"),
  edge("The answer is -18.", "-18"),
  edge("The answer is - 18.", "-18"),
  edge("The answer is −18.", "-18"),
  edge("The answer is 1,800.", "1,800"),
  edge("The answer is 1,800.", "1800"),
  edge("The answer is 1 800.", "1800"),
  edge("The answer is 18. No, the answer is 19. The answer is 19."),
  edge("The answer is 17. The answer is 18."),
  edge("It is 17.\nThe answer is 18 of 20."),
  edge("So 9 * 2 = 18. The answer is 18. Checked in 2 steps"),
  edge("#### 18"),
  edge("16 - 3 - 4 = <<16-3-4=9>>9\n#### 18"),
  edge("The answer is #### 18."),
  edge("The answer is ,,,."),
  edge("The answer is ...."),
  edge("The answer is -."),
  edge("$$$"),
  edge("..18.."),
  edge("18,"),
  edge("18%"),
  edge("1.8e1"),
  edge("eighteen"),
  edge("The answer is \\boxed{18}."),
  edge("The answer is 18\r\n"),
  edge("The answer is 18\u2028"),
  edge("The answer is 18\u0085"),
  edge("The answer is １８."),
  edge("The answer is ١٨."),
  edge("The answer is 18.\u0000"),
  edge("Q: 1 + 1\nA: The answer is 2."),
  edge("[INVALID]", "[invalid]"),
  edge(`${"9".repeat(5000)} The answer is 18.`),
] as const;

/** A completion of a problem, and what was done to it. */
export interface Tried {
  readonly id: string;
  readonly kind: string;
  readonly completion: string;
}

/** The canonical solution, and for every fourth what must not pass for it. */
export function programs(id: string, canonical: string): readonly Tried[] {
  const lines = canonical.trimEnd().split("\n");
  const half = lines.slice(0, Math.floor(lines.length / 2)).join("\n");
  const own: Readonly<Record<string, string>> = Number(id.split("/")[1]) % 4 === 0
    ? { canonical, half: `${half}\n`, nothing: "    pass\n" }
    : { canonical };
  const edges: Readonly<Record<string, string>> = id === "HumanEval/0" ? EDGES : {};
  return Object.entries({ ...own, ...edges }).map(([kind, completion]) => ({ id, kind, completion }));
}

/** Of one problem. */
const EDGES: Readonly<Record<string, string>> = {
  "no python": "    return (\n",
  "an open string": '    return """\n',
  "an exit": "    import sys\n    sys.exit(0)\n",
  "an endless loop": "    while True: pass\n",
  "a question": "    return bool(input())\n",
  "a claim": "    print('passed')\n    return None\n",
  "another check": "    pass\n\ndef check(candidate):\n    pass\n",
  "a main program":
    "    for i, a in enumerate(numbers):\n        for j, b in enumerate(numbers):\n            if i != j and abs(a - b) < threshold:\n                return True\n    return False\n\nif __name__ == '__main__':\n    raise ValueError(input())\n",
  "an answer equal to all":
    "    class Any:\n        def __eq__(self, other):\n            return True\n    return Any()\n",
};
