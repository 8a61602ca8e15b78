/** What every page does. A page adds a module of its own by the block `scripts`. */
import { keepTimes } from './times.ts';

keepTimes();
