export { raceAbort as unlessAborted } from '../../domain/race-abort.ts';
