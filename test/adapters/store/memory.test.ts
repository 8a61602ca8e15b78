import test from 'ava';
import { createMemoryStore } from '../../../adapters/memory/memory.ts';
import { testStore } from './contract.ts';

testStore(test, async () => createMemoryStore());
