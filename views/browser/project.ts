/** What the pages of a project and its commits do besides. */
import { offerCopies } from './copy.ts';
import { showUpdateNotice } from './news.ts';

offerCopies();
showUpdateNotice();
