import { createRepository } from '../kit/repository.ts';

const signature = (lines: string) =>
  `-----BEGIN PGP SIGNATURE-----\n\n${lines.trim()}\n-----END PGP SIGNATURE-----\n`
    .split('\n')
    .join('\n ');

const person = 'Joao Costa <joaopccosta@gmail.com>';
const committer = 'GitHub <noreply@github.com>';

const first = signature(`
wsBcBAABCAAQBQJdOL8DCRBK7hj4Ov3rIwAAdHIIADAwfIqLJpf+jzcHUY9eCTM2
6eXult5Ojyy9XFOVh9z67B3OhbzNwiiEsnAJkSuWQVEv24g8oteADCS6wRP2p9r+
0JjeFyeFsDyIoBfB8XvP8h/6+Q/tRN8rWGMsFAcsrlq0uZ6ePJCOtpaAJYbGsBF1
jDFdjQFfguR1wDNK+fGC8bBkXK04LXpQYOBWEaWlRigY+bYCI9EnUn30F4ECSkOC
MysY/SZcbyuwHCV765PZkgzx0YAztxkk+jUNYu2DnlN4VdDCYVwJmNlqjVUyH/xc
Xl6q12096/UlLpR4Z3c9NIrXeA+1b9M23ZviDKJCD0LEjEIY8y/494lRw1ZqaP0=
=Q4Dx`);

const second = signature(`
wsBcBAABCAAQBQJdOL8VCRBK7hj4Ov3rIwAAdHIIAKu7ZcOrx2YtqDGR8mfdcyYe
Oq4uJA6e5FWDv3nWIJ8VaEkJdh0UjG74Jlfdzu1QG6cJLOmTAJpUy/F57exx5z3i
2Daezcz2X+ZQB2nlUb+e++0wTZC6bCcb+bORAnQW6VlBgvmAp6vjE6GP4S0nnkIZ
DVKpx2GzooaVSSAt40HXX2jmRCMZrAJnWH4B+0UnLOx74DpPOnitGe/A1+SymHRD
h+fJD0r0KRpYDzFwwZooMwPPAIsuaqF2sXw31hmuOU436L1ixZhAIXxm/xynjDmq
GnRVVqNhBIu9oD99+RkWZTuIhVWjvZ2YqgA6YIkhRSfU4w5ueDaHB/CV7orXkFU=
=qXTf`);

/** The repository of the README's examples, commit by commit as https://github.com/joaopccosta/effective-bassoon has them. */
export async function createEffectiveBassoon(path: string): Promise<string> {
  const repository = await createRepository(path);
  const commit = (
    time: number,
    signed: string,
    said: {
      readonly tree: string;
      readonly message: string;
      readonly parents?: readonly string[];
    },
  ) =>
    repository.commit({
      author: person,
      date: `${time} +0100`,
      committer,
      committed: `${time} +0100`,
      headers: [`gpgsig ${signed}`],
      ...said,
    });
  const parent = await commit(1_564_000_003, first, {
    tree: await repository.tree({ 'README.md': '# effective-bassoon\neffective-bassoon\n' }),
    message: 'Initial commit',
  });
  const tip = await commit(1_564_000_021, second, {
    tree: await repository.tree({
      'README.md': '# effective-bassoon\neffective-bassoon is effective\n',
    }),
    message: 'Update README.md',
    parents: [parent],
  });
  await repository.branch('main', tip);
  return tip;
}
