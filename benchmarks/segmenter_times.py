"""Print the tokens per second of a language's tokenizer.

python segmenter_times.py LIBRARY LANG SETTINGS
"""

import importlib
import json
import statistics
import sys
import time

TEXTS = {
    "zh": "作为语言而言，为世界使用人数最多的语言，目前世界有五分之一人口做为 176 万。",
    "ja": "アップルがイギリスの新興企業を１０億ドルで購入を検討。選挙管理委員会は東京都に行った。",
    "ko": "애플이 영국의 스타트업을 10억 달러에 인수하는 것을 알아보고 있다. 책임이 옮겨 가다.",
    "th": "ประเทศไทยมีประชากรประมาณ 66 ล้านคน วันนี้อากาศดีมาก ผมไปตลาดซื้อผักและผลไม้",
    "vi": "Đây là một văn bản bằng tiếng Việt, ông Nguyễn Văn A ở Hà Nội nói về cà phê.",
}
ROUNDS = 5


def main() -> None:
    """Measure the median of some rounds, after one to load the segmenter."""
    library, language, settings = sys.argv[1:]
    config = {"nlp": {"tokenizer": json.loads(settings)}} if settings != "{}" else {}
    tokenizer = importlib.import_module(library).blank(language, config=config).tokenizer
    texts = [TEXTS[language] * n for n in (1, 1, 2, 5)] * 10
    speeds = []
    for _ in range(ROUNDS + 1):
        start = time.thread_time()
        n_tokens = sum(map(len, tokenizer.pipe(texts)))
        speeds.append(n_tokens / (time.thread_time() - start))
    print(json.dumps(statistics.median(speeds[1:])))


if __name__ == "__main__":
    main()
