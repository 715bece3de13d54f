package io.httpconnector.definition;

import io.httpconnector.auth.definition.InputNaming;

/** The names of inputs and the advice for applications that create a context in code. */
final class ContextNaming implements InputNaming {

    static final InputNaming IN_CODE = new ContextNaming();

    private ContextNaming() {}

    @Override
    public String name(String input, boolean isSecret) {
        return input;
    }

    @Override
    public String advice(String input, boolean isSecret) {
        return isSecret
                ? "supply the secret \"" + input + "\" by the source of secrets"
                : "set it by value(\"" + input + "\", ...)";
    }
}
