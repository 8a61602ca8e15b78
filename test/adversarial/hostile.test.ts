import { testHostileInput } from './hostile-attack.ts';

testHostileInput('', 0.2);
