"""What the scores that components give mean, for the comments of a config."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "its weight in the final score"

SCORE_HELPS: Final = {
    "token_acc": "share of tokens that the tokenizer finds as annotated",
    "tag_acc": "share of tokens whose tag is right",
    "tag_micro_p": "precision of the tags, tokens counted alike",
    "tag_micro_r": "recall of the tags, tokens counted alike",
    "tag_micro_f": "F-score of the tags, tokens counted alike",
    "pos_acc": "share of tokens whose part of speech is right",
    "morph_acc": "share of tokens whose features are all right",
    "morph_per_feat": "precision, recall and F-score of each feature",
    "morph_micro_p": "precision of the features, each counted alike",
    "morph_micro_r": "recall of the features, each counted alike",
    "morph_micro_f": "F-score of the features, each counted alike",
    "lemma_acc": "share of tokens whose lemma is right",
    "dep_uas": "share of tokens whose head is right",
    "dep_las": "share of tokens whose head and its label are right",
    "dep_las_per_type": "precision, recall and F-score of each label of a head",
    "sents_p": "share of the sentences found that are right",
    "sents_r": "share of the annotated sentences that are found",
    "sents_f": "F-score of sentences",
    "ents_p": "share of the entities found that are right",
    "ents_r": "share of the annotated entities that are found",
    "ents_f": "F-score of entities",
    "ents_per_type": "precision, recall and F-score of each entity type",
    "cats_score": "the score of texts' categories that `cats_score_desc` names",
    "cats_score_desc": "which score of texts' categories `cats_score` is",
    "cats_micro_p": "precision of texts' categories, decisions counted alike",
    "cats_micro_r": "recall of texts' categories, decisions counted alike",
    "cats_micro_f": "F-score of texts' categories, decisions counted alike",
    "cats_macro_p": "precision of texts' categories, the mean of all categories",
    "cats_macro_r": "recall of texts' categories, the mean of all categories",
    "cats_macro_f": "F-score of texts' categories, the mean of all categories",
    "cats_macro_auc": "area under the ROC curve, the mean of all categories",
    "cats_f_per_type": "precision, recall and F-score of each category",
    "cats_auc_per_type": "area under the ROC curve of each category",
}
