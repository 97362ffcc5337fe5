export { n as expireJobs } from "./expire-Ds2ww5P3.js";
