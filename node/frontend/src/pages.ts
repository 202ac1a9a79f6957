// Starts the islands. Each does nothing on a page without its elements.
import { startAutosave } from "./autosave";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startPapers } from "./papers";
import { startPhrases } from "./phrases";

startKeys();
startPhrases();
startPapers();
startLive();
void startAutosave();
