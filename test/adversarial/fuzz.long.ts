import { scaled } from '../kit/counts.ts';
import { fuzzCommits } from './fuzz-commits.ts';
import { fuzzRequests } from './fuzz.ts';

// 10,000 in all: four kinds of requests over two hosts, and commits.
fuzzRequests(scaled(1125));
fuzzCommits(scaled(1000));
