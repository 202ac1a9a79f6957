/** Tables of ../layouts, put into the script as text. */
declare module "*.tsv" {
  const table: string;
  export default table;
}

declare module "*.txt" {
  const table: string;
  export default table;
}
