// Starts the islands. Each does nothing on a page without its elements.
import { startAutosave } from "./autosave";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startPapers } from "./papers";
import { startPaste } from "./paste";
import { startPhrases } from "./phrases";
import { startTyping } from "./typing";

startTyping();
startPaste();
startKeys();
startPhrases();
startPapers();
startLive();
void startAutosave();
