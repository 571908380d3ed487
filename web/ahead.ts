// Before all else that the page does: what takes longest is the answer.
import { parseAddress } from "./state/address.ts";
import { askAhead } from "./state/ask-ahead.ts";
import { firstQuestion } from "./state/questions.ts";

askAhead(firstQuestion(parseAddress(location.search)));
