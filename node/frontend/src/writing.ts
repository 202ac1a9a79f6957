// Starts the islands of the pages on which people write Hindi. It runs before pages.ts: a key that
// is typed is no shortcut.
import { startPaste } from "./paste";
import { startTyping } from "./typing";

startTyping();
startPaste();
