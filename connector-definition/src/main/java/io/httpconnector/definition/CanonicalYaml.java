package io.httpconnector.definition;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import io.httpconnector.definition.internal.CoreSchemaYaml;

/** Writes JSON as YAML, always the same way and without loss. */
final class CanonicalYaml {

    private static final YAMLMapper YAML = YAMLMapper.builder(
                    YAMLFactory.builder().stringQuotingChecker(new Quoting()).build())
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER, YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES, YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private CanonicalYaml() {}

    static String write(JsonNode json) {
        try {
            return YAML.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("JSON can always be written as YAML", e);
        }
    }

    /**
     * Quotes texts that are other values in YAML 1.1 or 1.2, and texts with the line breaks of Unicode and control characters, which
     * plain texts of YAML do not keep.
     */
    private static final class Quoting extends StringQuotingChecker.Default {

        private static final long serialVersionUID = 1L;

        @Override
        public boolean needToQuoteName(String name) {
            return super.needToQuoteName(name) || CoreSchemaYaml.isTyped(name);
        }

        @Override
        public boolean needToQuoteValue(String value) {
            return super.needToQuoteValue(value)
                    || CoreSchemaYaml.isTyped(value)
                    || value.chars()
                            .anyMatch(character -> (character < ' ' && character != '\n')
                                    || (character >= 0x7f && character <= 0x9f)
                                    || character == 0x2028
                                    || character == 0x2029
                                    || character == 0xfeff);
        }
    }
}
