/** The environment variable that names the mutation a process is to run with. */
export const MUTATION_VARIABLE = 'SIM_MUTATION';
