export { type ClassifierArguments, type Defaults, parseArguments } from "./arguments.js";
export { type Classifier, type ClassifierGraph, compileClassifier } from "./classifier.js";
export { type ClassifierProgram, runClassifier } from "./run-classifier.js";
export { type Training, train } from "./training.js";
