import { testHostileInput } from './hostile-attack.ts';

testHostileInput('memory:');
testHostileInput('');
