package io.httpconnector.cli;

import picocli.CommandLine.Mixin;

/** A command that uses a connector document with the values and secrets of a customer. */
abstract class InstanceCommand extends DocumentCommand {

    @Mixin
    private InstanceOptions instance = new InstanceOptions();

    InstanceCommand(Terminal terminal) {
        super(terminal);
    }

    /** Loads the document and finds its values. */
    final Instance instance() {
        return new Instance(terminal(), definition(), instance);
    }
}
