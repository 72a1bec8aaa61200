/** Where clew keeps what it writes by itself, under the working directory. */
export const dataFolder = '.clew';
