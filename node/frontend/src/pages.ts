// Starts the islands. Each does nothing on a page without its elements.
import { startAutosave } from "./autosave";
import { startDesk } from "./desk";
import { startKeys } from "./keys";
import { startLive } from "./live";
import { startPapers } from "./papers";
import { startPhrases } from "./phrases";

startKeys();
startDesk();
startPhrases();
startPapers();
startLive();
void startAutosave();
