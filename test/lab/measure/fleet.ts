// npm run fleet: a roll-out by Ansible over five labs; --host measures what one host of it costs; --simulate N says what
// that comes to for N hosts.
import { findAnsible } from '../kit/ansible.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { measureHost } from './fleet/host.ts'
import { rollOutToFive } from './fleet/roll-out.ts'
import { printSimulation } from './fleet/simulate.ts'

async function ansibleFolder(): Promise<string> {
  const problem = labProblem()
  if (problem !== undefined) throw new Error(problem)
  const ansible = await findAnsible()
  if ('problem' in ansible) throw new Error(ansible.problem)
  return ansible.folder
}

const argv = process.argv.slice(2)
if (argv.includes('--simulate')) printSimulation(argv)
else if (argv.includes('--host')) await measureHost(await ansibleFolder())
else process.exitCode = (await rollOutToFive(await ansibleFolder())).length === 0 ? 0 : 1
