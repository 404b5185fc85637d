"""What a comment says of a target, with no label on the topic: relevance, and a leaning.

- tokens: the words of a text, and those that turn a meaning round
- vectors: what words are about
- relevance: how much a comment is about the target
- leaning: which side it takes
- model: both together, as a Classifier
"""
