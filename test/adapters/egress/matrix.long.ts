import { testMatrix } from './matrix.ts';

testMatrix('https');
