import { Socket } from 'node:net';
import { mock } from 'node:test';
import test from 'ava';
import { createNewcomers } from '../../../adapters/egress/unauthenticated.ts';

test('a connection that has not authenticated itself after 10 seconds is closed, any other stays', (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const { add, accept } = createNewcomers();
  const [silent, known] = [new Socket(), new Socket()];
  add(silent);
  add(known);
  accept(known);
  mock.timers.tick(9999);
  t.false(silent.destroyed);
  mock.timers.tick(1);
  t.true(silent.destroyed);
  t.false(known.destroyed);
});
