"""Which fields of a request reach an endpoint: a list for each protocol, and nothing beside it.

A field that is not on it is refused by its name, as nobody knows what it makes an endpoint do. Left
out on purpose is what names other models (`fallbacks`), accounts (`user_profile_id`), or something
that is kept at the endpoint (`thread`, `diagnostics`).

From: the types of OpenAI's client 3.57 and of Anthropic's 2.14, and what other servers have added
to OpenAI's protocol for sampling.
"""

from __future__ import annotations

from typing import Final

from tidegate.desks.reviews.states.grants import Operation

_OPENAI: Final = frozenset(
    {
        "metadata",
        "model",
        "parallel_tool_calls",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "service_tier",
        "store",
        "stream",
        "stream_options",
        "temperature",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "user",
    }
)
PASSED_ON: Final[dict[Operation, frozenset[str]]] = {
    Operation.CHAT: _OPENAI
    | {
        "audio",
        "frequency_penalty",
        "function_call",
        "functions",
        "logit_bias",
        "logprobs",
        "max_completion_tokens",
        "max_tokens",
        "messages",
        "min_p",
        "modalities",
        "n",
        "prediction",
        "presence_penalty",
        "reasoning_effort",
        "repetition_penalty",
        "response_format",
        "seed",
        "stop",
        "top_k",
        "verbosity",
    },
    Operation.RESPONSES: _OPENAI
    | {
        "context_management",
        "include",
        "input",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "previous_response_id",
        "reasoning",
        "text",
        "truncation",
    },
    Operation.MESSAGES: frozenset(
        {
            "cache_control",
            "compaction",
            "context_management",
            "inference_geo",
            "max_tokens",
            "messages",
            "metadata",
            "model",
            "output_config",
            "output_format",
            "service_tier",
            "speed",
            "stop_sequences",
            "stream",
            "system",
            "temperature",
            "thinking",
            "tool_choice",
            "tools",
            "top_k",
            "top_p",
        }
    ),
}
AT_THE_ENDPOINT: Final[dict[Operation, tuple[str, ...]]] = {
    Operation.CHAT: ("web_search_options",),
    Operation.RESPONSES: ("background", "background_options", "conversation", "prompt"),
    Operation.MESSAGES: ("mcp_servers", "container", "thread"),
}
"""Fields that make an endpoint do or keep something by itself; they pass where they say no."""
