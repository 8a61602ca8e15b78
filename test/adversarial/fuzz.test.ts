import { fuzzCommits } from './fuzz-commits.ts';
import { fuzzRequests } from './fuzz.ts';

// 10,000 in all: four kinds of requests over two hosts, and commits.
fuzzRequests(1125);
fuzzCommits(1000);
