"""What drives schemathesis, and what its reports mean by the contract's own grounds."""
