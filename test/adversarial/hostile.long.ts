import { everyVariant } from '../kit/counts.ts';
import { testHostileInput } from './hostile-attack.ts';

testHostileInput('');
if (everyVariant) testHostileInput('memory:');
