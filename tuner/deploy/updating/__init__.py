"""An update: the model in use trained further, or anew, on newer data, and compared with what it was.

ways          the ways to update, and what stands beside them
parting       newer examples in the order of time: train, validation and test
reading       a file of observations as examples, by the rule with which the old ones were cut
given         new data as they are given, prepared as the model reads them
origins       the study that made a bundle, and its old data
material      what an update works with: the members, the study that made them, old and new examples
making        the study's build function, as it makes the network of the bundle
unlike        new inputs far outside of what the bundle knows
derived       the study that compares the ways, under the protocol of every study
searching     the learning rate, the epochs and the examples of each way
together      the ensemble of a way beside that of the existing model
recommending  what stands against a candidate
candidates    the confirmed networks of a way as a bundle
updates       all of it in order
"""
