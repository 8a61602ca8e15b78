import { fuzzCommits } from './fuzz-commits.ts';
import { fuzzRequests } from './fuzz.ts';

// 1,000 in all: four kinds of requests over two hosts, and commits.
fuzzRequests(100);
fuzzCommits(200);
