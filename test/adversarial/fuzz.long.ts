import { fuzzCommits } from './fuzz-commits.ts';
import { fuzzRequests } from './fuzz.ts';

// 100,000 in all: four kinds of requests over two hosts, and commits.
fuzzRequests(11_250);
fuzzCommits(10_000);
