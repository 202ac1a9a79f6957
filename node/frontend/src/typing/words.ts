// The words of offices, for candidates and for telling Kruti Dev from English.
import wordTable from "../../layouts/office-words.txt";

/** The words, as the list has them. */
export function officeWords(): string[] {
  return wordTable.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}
