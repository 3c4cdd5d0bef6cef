/** A stack taken apart, in sentences and in a table of 80 columns. */
import { fit } from "./columns.ts";
import type { Composition, Gain, Member } from "./composition.ts";
import { amount, measured, times, timesInterval, unitName } from "./figures.ts";

/** What the whole comes to beside its parts. */
export function summary({ name, measured: found, predicted, interaction }: Composition): string {
  const gained = `${name} gains ${gain(found)}`;
  if (predicted === undefined || interaction === undefined) return `${gained}.`;
  const compared = interaction.high < 1
    ? "less than"
    : interaction.low > 1
    ? "more than"
    : "within the noise of";
  return `${gained}, ${compared} the product of its members' own gains, ${gain(predicted)}.`;
}

/** How to read the losses; nothing where the stack was judged by no margin against the baseline. */
export function basis({ name, check }: Composition): string | undefined {
  if (check === undefined) return undefined;
  const { eval: asked, metric, loss, unit, allowed = 0 } = check;
  return `Losses are on ${metric} of ${asked}, its check nearest to its margin: ${name} loses ${
    measured(loss, unit)
  } where ${measured(allowed, unit)} is allowed; a member adds what the stack without it does not lose.`;
}

/** What is not there to compare with; nothing where all is. */
export function missing({ missing }: Composition): string | undefined {
  return missing.length === 0 ? undefined : `Missing: ${missing.join("; ")}.`;
}

/** A gain with its interval, e.g. "1.62x [1.57, 1.67]"; a dash where there is none. */
export const gain = (one: Gain | undefined): string =>
  one === undefined ? "–" : `${times(one.estimate)} ${timesInterval(one)}`;

/** What a member adds to the stack's loss, e.g. "+0.3 pp"; a dash where that is not known. */
export function added({ check }: Composition, { lossWithout }: Member): string {
  if (check === undefined || lossWithout === undefined) return "–";
  return `${amount(check.loss - lossWithout, check.unit, true)} ${unitName(check.unit)}`;
}

/** A member's gains and what it adds to the loss, in a sentence. */
export const memberSentence = (composition: Composition, member: Member): string =>
  `${member.name}: ${gain(member.single)} alone, ${gain(member.marginal)} in the stack, loss added ${
    added(composition, member)
  }`;

/** Whether anything is known of the members among each other. */
export const isApart = ({ members }: Composition): boolean =>
  members.some(({ marginal }) => marginal !== undefined);

/** The head and the members as lines of 80 columns. */
export function table(composition: Composition): readonly [string, ...string[]] {
  const line = (cells: readonly string[]) =>
    ` ${cells.map((cell, i) => fit(cell, [22, 20, 20, 14][i]!)).join(" ")}`.trimEnd();
  return [
    line(["MEMBER", "GAIN ALONE", "GAIN IN THE STACK", "LOSS ADDED"]),
    ...composition.members.map((member) =>
      line([member.name, gain(member.single), gain(member.marginal), added(composition, member)])
    ),
  ];
}
