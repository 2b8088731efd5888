"""The pipeline from the vendor's published page to everything made from it.

It reads in the order in which data flows:

``page``      a documentation page (or an OpenAPI file) becomes numbered fragments;
``merge``     the fragments become one document, or one clear error;
``validate``  its references lead somewhere, and it keeps OpenAPI's rules;
``correct``   the Overlay document ``spec/corrections.yaml`` is applied, each change attributed;
``compare``   what differs between two documents, as JSON pointers;
``generate``  the contract becomes the client package, typed dictionaries and the contract as data;
``project``   all of it is written to the project at once, or nothing is.

Run it through ``nox -s update_spec`` and ``nox -s regenerate``.
"""
