// The methods of typing Hindi, by the names under which the settings keep them.
import gailTable from "../../layouts/remington-gail.tsv";
import inscriptTable from "../../layouts/inscript.tsv";
import { join, readLayout, type Edit, type Layout } from "./layout";
import { backspace, strike } from "./typewriter";

export interface Method {
  layout: Layout;
  /** What a struck key does to what stands before the cursor. */
  press(before: string, struck: string): Edit;
  /** How many units Backspace takes when that is not the browser's own business. */
  backspace(before: string): number;
}

const inscript = readLayout(inscriptTable);
export const gail = readLayout(gailTable);

export const methods: Record<string, Method> = {
  inscript: { layout: inscript, press: (before, struck) => join(inscript, before, struck), backspace: () => 0 },
  gail: { layout: gail, press: (before, struck) => join(gail, before, struck), backspace: () => 0 },
  typewriter: { layout: gail, press: (before, struck) => strike(gail, before, struck), backspace },
};
