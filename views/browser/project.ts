/** What the pages of a project and its commits do besides. */
import { offerCopies } from './copy.ts';
import { tellNews } from './news.ts';

offerCopies();
tellNews();
